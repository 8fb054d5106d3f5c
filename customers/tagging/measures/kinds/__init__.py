"""The kinds of measure; a file without ``_`` holds a ``KIND`` and is found by itself."""
