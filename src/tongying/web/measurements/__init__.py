"""Measurements of a child: value, unit, method, day, who."""
