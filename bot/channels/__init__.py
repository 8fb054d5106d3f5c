"""WeChat's wire format: what a push says, whether it is genuine, and how it is answered."""
