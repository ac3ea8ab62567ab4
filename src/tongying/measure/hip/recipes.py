"""The recipes of the hip."""

from __future__ import annotations

from tongying.measure.caliper import Caliper
from tongying.measure.hip.closed_film import CLOSED_FILM
from tongying.measure.hip.film import FILM
from tongying.measure.hip.ultrasound import COVERAGE_RECIPE, GRAF
from tongying.measure.recipe import Recipe, Sided

PUBOFEMORAL = Caliper(
    "pubofemoral-distance",
    "From the lateral border of the pubis to the medial border of the femoral head",
    "自耻骨外侧缘到股骨头内侧缘",
    frozenset({"US"}),
    "lateral border of the pubis to medial border of the femoral head, coronal section",
    "Treguier C et al. Pediatr Radiol 2013; 43: 283-291; needs sign-off",
    Sided.ONE,
).recipe()

RECIPES: tuple[Recipe, ...] = (GRAF, COVERAGE_RECIPE, PUBOFEMORAL, FILM, CLOSED_FILM)
