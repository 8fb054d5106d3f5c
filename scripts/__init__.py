"""What developers run; the checks behind scripts/check are Python."""
