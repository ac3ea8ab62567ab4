"""The recipes of the bowel."""

from __future__ import annotations

from tongying.measure.bowel.calipers import CALIPERS
from tongying.measure.bowel.sets import APPENDIX, PYLORUS
from tongying.measure.recipe import Recipe

RECIPES: tuple[Recipe, ...] = (*(one.recipe() for one in CALIPERS), APPENDIX, PYLORUS)
