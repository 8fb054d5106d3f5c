"""The command line: one command a file, found by folder, with ``HELP``, ``arguments`` and ``run``."""
