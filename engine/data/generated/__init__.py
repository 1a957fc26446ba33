"""Data sets made on this machine. What is drawn comes from one fixed seed a set, byte for byte the same everywhere."""
