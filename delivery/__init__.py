"""Everything that leaves: the delivery table and the worker that sends it."""
