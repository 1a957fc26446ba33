"""What the answers of a network are worth: its loss and metrics over a part of the data, and samples to look at."""
