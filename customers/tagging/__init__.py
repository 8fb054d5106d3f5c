"""Tagging: what a customer's own words say about them, with the words that say it."""
