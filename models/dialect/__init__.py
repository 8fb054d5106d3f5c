"""SQL that differs by database, and nothing else."""
