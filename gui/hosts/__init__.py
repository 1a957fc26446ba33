"""Where trainings run: in a thread of the window, or in a process of their own."""
