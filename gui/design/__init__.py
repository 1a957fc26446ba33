"""The Design page around the canvas: palette, inspector, problems, code."""
