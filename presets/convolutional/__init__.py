"""Networks that slide learned filters."""
