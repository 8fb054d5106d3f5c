"""What HQ configures: content, offers, occasions."""
