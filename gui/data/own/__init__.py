"""Data of the user's own on the Data page: added, understood, corrected, used, found again."""
