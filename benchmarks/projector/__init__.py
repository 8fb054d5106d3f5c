"""Projecting the journal into counters, tags, measures and readings, and replaying it: rate, memory and cost."""
