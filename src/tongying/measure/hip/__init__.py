"""Measurements of the hip."""
