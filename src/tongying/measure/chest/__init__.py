"""Measurements of the chest."""
