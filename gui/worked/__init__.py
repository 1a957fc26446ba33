"""The worked examples of the lectures: their numbers, and the way to open them as projects."""
