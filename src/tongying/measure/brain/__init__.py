"""Measurements of the brain."""
