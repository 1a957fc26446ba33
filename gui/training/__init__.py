"""Training in the window: hosts that run it, and the dashboard that shows it."""
