"""The pages of the window, and the commands that lead from one to another."""
