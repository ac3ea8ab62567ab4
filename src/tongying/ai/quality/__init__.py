"""What would make a study doubtful or unusable, looked for before it is read."""
