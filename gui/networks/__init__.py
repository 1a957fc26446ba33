"""The page *Compare Networks*: presets and projects side by side in a table and a scatter plot, and how two differ."""
