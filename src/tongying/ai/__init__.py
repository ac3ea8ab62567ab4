"""AI through the whole examination: which child a model may speak about, and what it found."""
