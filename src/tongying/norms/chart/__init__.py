"""Centile charts a doctor would print."""
