"""The limits of what we send, shared by every process: windows, caps, a day's calls, and calls a second."""
