"""The tab *Compare*: the run that is shown beside others, on the same samples."""
