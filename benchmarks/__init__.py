"""Measurements side by side with peers: ``python -m benchmarks NAME``; never part of the tests."""
