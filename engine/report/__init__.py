"""A run as one HTML file that needs nothing else: what was trained on what, how that went, and how to repeat it."""
