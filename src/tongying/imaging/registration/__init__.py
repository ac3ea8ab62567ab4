"""Bringing one image of a child into the frame of another."""
