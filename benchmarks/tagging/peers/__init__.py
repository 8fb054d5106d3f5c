"""What the product's tagging is measured beside."""
