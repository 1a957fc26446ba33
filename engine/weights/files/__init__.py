"""Files that weights come in: one class a format, all read with suspicion."""
