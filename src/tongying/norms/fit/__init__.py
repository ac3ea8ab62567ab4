"""Smooth centile curves: penalised likelihood for location, scale, skewness and tail by age."""
