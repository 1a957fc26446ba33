"""A folder or archive that answers for files of the user's as the run does: code, weights, and preparation as data."""
