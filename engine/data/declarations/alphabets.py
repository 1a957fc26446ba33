"""The symbols of the texts on board. The first one of each fills what is shorter than its row."""

from __future__ import annotations

PADDING = "·"
PRINTABLE = tuple(map(chr, range(32, 127)))
"""The 95 characters of ASCII that can be seen, the space among them."""

TEXT = (PADDING, "↵", *PRINTABLE)
"""Of running text; ↵ is the end of a line."""

MASK = "▢"
MASKED = (*TEXT, MASK)
"""Of running text with hidden characters."""

LINE = (PADDING, *PRINTABLE)
"""Of a line of Python."""

TOKENS = (PADDING, "space", "keyword", "name", "number", "string", "comment", "operator")
"""What a character of a line of Python can be part of."""

WORDS = (PADDING, " ", ",", "-", ".", *"0123456789", *"abcdefghijklmnopqrstuvwxyz")
"""Of a date in words."""

ISO = (PADDING, "»", "-", *"0123456789")
"""Of a date as YYYY-MM-DD; » comes before its first character."""

FORMS = ("circle", "square", "triangle", "cross", "ring", "diamond")
COLOURS = ("red", "green", "blue", "yellow", "purple", "white")
RELATIONS = ("above", "below", "left", "right")
CAPTION = (PADDING, "»", ".", "a", "large", "small", "of", *RELATIONS, *COLOURS, *FORMS)
"""The words of a caption; » comes before the first one, the full stop ends it."""

HEADINGS = ("up", "up right", "right", "down right", "down", "down left", "left", "up left")
"""Where a digit moves to, clockwise."""

NAME = (PADDING, "_", *"0123456789", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *"abcdefghijklmnopqrstuvwxyz")
"""Of a name of Python."""
NAMED = ("class", "function", "argument", "constant", "attribute")
"""What it can name."""

LETTERS = (PADDING, *"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
"""Of a drawn word."""

COPIED = (PADDING, *"ABCDEFGH")
"""Of letters to be copied."""
SHOWN = (*COPIED, "?")
"""Of the same as they are shown; ? asks for the next one."""
