"""Pairs of images whose true alignment is known, for tests, benchmarks and the demo."""
