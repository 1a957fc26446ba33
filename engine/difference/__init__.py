"""How two networks differ: which layers are added, removed, renamed, set or wired otherwise."""
