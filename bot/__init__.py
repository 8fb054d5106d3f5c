"""The channel edge: webhook, channels, routing, client; a small framework that knows no retail word."""
