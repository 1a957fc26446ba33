"""Saving a project beside other windows: who has it open, what is written over, and how one becomes another."""
