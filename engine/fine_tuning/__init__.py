"""Continues from weights that were found elsewhere: layers that are frozen or learn slower, and a new head."""
