"""How copies are sent to people: to whom, in which words, the copy and its message in one commit."""
