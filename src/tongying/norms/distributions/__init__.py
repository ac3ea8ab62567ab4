"""Distributions of a measure at one age: the LMS family and its heavier-tailed relatives."""
