"""The peers: each a server of its own process, started with a port."""
