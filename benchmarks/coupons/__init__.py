"""Coupon claims on one hot template: ours beside a textbook transaction."""
