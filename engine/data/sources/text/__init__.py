"""Texts: a column of a table, files in folders, one long file, pairs for translation."""
