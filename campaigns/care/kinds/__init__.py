"""The kinds of care rules, one a file, found by folder: each file has a ``KIND``."""
