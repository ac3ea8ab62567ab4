"""Capacity: demand, people and the promise, simulated with the rules of the live desk."""
