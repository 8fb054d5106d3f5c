"""Measures: what customers state in numbers — height, size, budget, birthday — each kind one file of ``kinds/``."""
