"""The file of the open project: read, written and watched beside the window, and asked about where others are at it."""
