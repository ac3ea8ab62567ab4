"""Measurements of the kidneys."""
