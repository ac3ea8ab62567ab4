"""Chests and nodules made by code, whose truth is known because it was put there."""
