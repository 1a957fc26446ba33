"""The dialog in which preferences are changed."""
