"""Capacity runs: promised, simulated by the worker, kept with their scenario."""
