"""Answers: what HQ stored for what customers ask, found by their own words, and nothing invented where none fits."""
