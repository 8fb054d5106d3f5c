"""Files in: stores, guides, customers from CSV; sound rows in one transaction, every refusal with its cell."""
