"""Measurements of the tumours and lymph nodes."""
