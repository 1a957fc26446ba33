"""A trained network of sequences does its job: it continues, translates and captions, labels tokens, and forecasts."""
