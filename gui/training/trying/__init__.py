"""The tab *Try it*: the network of a run continues, translates, captions, labels or forecasts."""
