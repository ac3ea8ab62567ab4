"""Hospitals, members, log-in, tokens."""
