"""Tongying (童影): the open platform of a paediatric imaging alliance. Research use only."""

__version__ = "0.1.0"
