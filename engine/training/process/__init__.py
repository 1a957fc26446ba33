"""A training in a separate process, and what it and the window say to each other."""
