"""Reference values of normal children: data, fit, release, score, chart."""
