"""The turns; a file without ``_`` holds a ``TURN`` and is found by itself."""
