"""Care: why a customer should hear from the brand, and when. Rules are configured, kinds are files in ``kinds/``."""
