"""Published norms, with where each number was seen."""
