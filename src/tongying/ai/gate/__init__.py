"""The gate: which child and which images a model may speak about."""
