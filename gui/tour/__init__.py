"""The guided tour: a first network, drawn, broken, fixed and trained in the real window."""
