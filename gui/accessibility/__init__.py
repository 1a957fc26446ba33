"""What screen readers are told of the canvas: layers, ports, wires and problems as objects with names and actions."""
