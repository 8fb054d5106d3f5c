"""What WeChat remembers: tokens, followers, windows, quotas, codes and every message it accepted."""
