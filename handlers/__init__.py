"""What the bot does: one message kind, event or intent a file; a file without ``_`` is found by itself."""
