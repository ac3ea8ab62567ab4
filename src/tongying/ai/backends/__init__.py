"""Weights and runtimes; nothing else here knows them."""
