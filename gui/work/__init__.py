"""Work beside the window: in the background, and what it leaves behind."""
