"""Sound networks and their faulty twins: what the checker and the diagnosis say of both, and what both reach."""
