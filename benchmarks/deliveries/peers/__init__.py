"""The same work the textbook way."""
