"""The tab *Predict*: ask a network about a drawing, files, typed values or text."""
