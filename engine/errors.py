"""What all our own errors have in common."""


class LayerloomError(ValueError):
    """Something the user can mend: the message is a whole sentence that says what is wrong, where, and what to do."""
