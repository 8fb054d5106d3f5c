"""Readings: what a message wants of us and in which mood it was written, each with the words that say it."""
