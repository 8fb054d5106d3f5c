"""What others do."""
