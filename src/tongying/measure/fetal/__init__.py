"""Measurements of the the unborn child."""
