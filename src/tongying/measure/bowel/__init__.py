"""Measurements of the bowel."""
