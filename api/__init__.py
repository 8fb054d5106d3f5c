"""HTTP beside the webhook: the mini program, health, metrics; one resource a file."""
