"""Data sets in the file formats of their makers. No file is trusted, and none is ever unpickled."""
