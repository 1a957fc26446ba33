"""Which nodes and wires there are, where they are, and the items of those that are in sight."""
