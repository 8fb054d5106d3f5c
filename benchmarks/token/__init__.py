"""A crowd of callers without an access token: how many fetch one, and how long everybody waits."""
