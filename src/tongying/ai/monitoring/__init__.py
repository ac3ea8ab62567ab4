"""Watching a model that runs: drift of its input, its output and its agreement."""
