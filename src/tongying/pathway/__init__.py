"""Pathways: what to send, what to measure, what is normal, what it means and what to write."""
