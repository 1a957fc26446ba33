"""How answers are collected batch by batch for the metrics."""
