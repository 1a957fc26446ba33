"""Pictures of what a layer or a rule does, drawn by code from numbers; in both themes and at every size."""
