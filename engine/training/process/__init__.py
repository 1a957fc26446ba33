"""A training in a process of its own, and what it and the window say to each other."""
