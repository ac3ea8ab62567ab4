"""Measurements of the spine."""
