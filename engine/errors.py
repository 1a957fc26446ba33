"""What all our own errors have in common."""


class LayerloomError(ValueError):
    """Something the user can mend: the message is a whole sentence that says what is wrong, where, and what to do."""


class GraphError(LayerloomError):
    """A change that the graph refuses; the message is a whole sentence."""


class CycleError(GraphError):
    """A wire that would close a circle, or a block that would stand within itself."""
