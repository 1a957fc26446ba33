"""Networks whose positions look at each other."""
