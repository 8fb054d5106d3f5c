"""Settings, read once and checked at the start."""
