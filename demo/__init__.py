"""A shop day on this machine: a simulated WeChat, the real product, and what it knows in the evening."""
