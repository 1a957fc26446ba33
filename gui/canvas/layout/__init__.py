"""Where nodes and wires go: a layered layout."""
