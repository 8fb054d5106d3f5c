"""Slots of shopping queries, from a dictionary up to a light sequence model; trained in the run, never shipped."""
