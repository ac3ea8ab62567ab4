"""Lungs: segmentation, candidates of nodules, their follow-up."""
