"""How the textbook does it."""
