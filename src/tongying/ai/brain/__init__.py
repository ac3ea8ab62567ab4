"""Brain: extraction, tissues, regions, motion."""
