"""What appears beside several selected layers."""
