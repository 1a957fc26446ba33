"""What can be done to the network on the canvas."""
