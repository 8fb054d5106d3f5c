"""Tests mirror the tree of the product; races/ and faults/ need real services and processes."""
