"""Pathways on the case: which one is followed, what is missing, the structured answer."""
