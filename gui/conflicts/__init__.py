"""Questions about a file in which two hands have written: what happened, how the two differ, and what shall be done."""
