"""Clips of one's own: folders of frames."""
