"""Measurements of the limbs and skeletal maturity."""
