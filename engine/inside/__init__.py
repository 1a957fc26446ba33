"""What a trained network does: its scores with intervals, and its answers to samples of other files."""
