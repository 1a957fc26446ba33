"""Data of the user's own: one class a kind, what a path holds, and the way from a project's settings to both."""

from engine.data.sources.describing import describe
from engine.data.sources.found import Found, Note
from engine.data.sources.source import Source

__all__ = ["Found", "Note", "Source", "describe"]
