"""Training: settings, loop, control, metrics and runs. The settings, control and history import no torch."""
