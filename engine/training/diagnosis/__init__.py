"""What goes wrong in a training: measured in the layers, read off the curves, said with what to do."""
