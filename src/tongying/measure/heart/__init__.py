"""Measurements of the heart."""
