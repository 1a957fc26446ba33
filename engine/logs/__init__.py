"""What goes wrong, in files: without names of people, computers and folders outside the project."""
