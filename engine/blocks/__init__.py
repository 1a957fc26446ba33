"""Blocks: graphs with parameters that are defined once and used as one node, repeated, per step or scanned."""
