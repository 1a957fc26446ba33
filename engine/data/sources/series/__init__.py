"""Series: a table whose rows follow each other in time, cut into windows of what was and what came."""
