"""What the Help menu shows: pages, keys and gestures, version."""
