"""Calls to WeChat: one connection pool, one token for all processes, errors by WeChat's own table."""
