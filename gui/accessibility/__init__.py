"""What screen readers are told of the canvas: its parts as objects with names, roles, states and actions."""
