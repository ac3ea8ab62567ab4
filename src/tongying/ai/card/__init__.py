"""The model card: what a model says of itself, read strictly."""
