"""What the data and training sections of a project may say; nothing heavy is imported."""
