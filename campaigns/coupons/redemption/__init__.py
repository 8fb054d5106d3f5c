"""How copies are used: the till and its rules, several on one order, the best combination."""
