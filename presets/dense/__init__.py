"""Networks whose layers connect everything with everything."""
