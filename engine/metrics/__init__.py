"""What is measured of answers beside the loss."""
