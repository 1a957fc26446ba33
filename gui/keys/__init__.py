"""Keys: which action has which, how they are changed and shown."""
