"""What is known of a file before it is a project: its version, what it looks like instead, where its data are."""
