"""Joint panels: several specialties on one case."""
