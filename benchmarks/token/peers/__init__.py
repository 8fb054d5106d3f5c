"""The same crowd with another client."""
