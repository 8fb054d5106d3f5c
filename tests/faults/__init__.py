"""Real processes killed, starved and lied to; counts what was lost or done twice: ``python -m tests.faults``."""
