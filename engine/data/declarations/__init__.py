"""What data sets there are, in words and numbers: plain declarations, nothing is loaded."""
