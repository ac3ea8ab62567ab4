"""Measurements of the liver and spleen."""
