"""The tab *Inside*: what the layers of a network answer to a sample, and why it answers as it does."""
