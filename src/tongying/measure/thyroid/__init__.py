"""Measurements of the thyroid."""
