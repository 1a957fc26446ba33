"""Who looks at whom: attention as maps of steps, and laid over an image."""
