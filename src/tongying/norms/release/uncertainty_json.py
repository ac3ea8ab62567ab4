"""Grids of uncertainty and effects of sites as JSON objects, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from tongying.norms.sex import Sex
from tongying.norms.uncertainty import SexUncertainty, SiteEffect, SiteEffects, Uncertainty

TOGETHER = "all"
"""The key of both sexes together."""


def uncertainty_as_json(uncertainty: Uncertainty) -> dict[str, Any]:
    """Return the grids as a JSON object."""
    return {
        "near": uncertainty.near,
        "fewest_near": uncertainty.fewest_near,
        "by_sex": {
            _key(sex): {
                "x": grid.x.tolist(),
                "z": grid.z.tolist(),
                "z_error": grid.z_error.tolist(),
                "n_near": grid.n_near.tolist(),
            }
            for sex, grid in uncertainty.by_sex.items()
        },
    }


def uncertainty_from(written: dict[str, Any]) -> Uncertainty:
    """Return the grids of a JSON object."""
    return Uncertainty(
        by_sex={
            _sex(key): SexUncertainty(
                x=np.array(grid["x"], dtype=np.float64),
                z=np.array(grid["z"], dtype=np.float64),
                z_error=np.array(grid["z_error"], dtype=np.float64).reshape(
                    len(grid["x"]), len(grid["z"])
                ),
                n_near=np.array(grid["n_near"], dtype=np.int64),
            )
            for key, grid in written["by_sex"].items()
        },
        near=written["near"],
        fewest_near=written["fewest_near"],
    )


def sites_as_json(sites: SiteEffects) -> dict[str, Any]:
    """Return the effects as a JSON object."""
    return {
        "by_sex": {
            _key(sex): {
                site: {"effect": one.effect, "error": one.error, "n": int(one.n)}
                for site, one in effects.items()
            }
            for sex, effects in sites.by_sex.items()
        },
        "between": {_key(sex): spread for sex, spread in sites.between.items()},
    }


def sites_from(written: dict[str, Any]) -> SiteEffects:
    """Return the effects of a JSON object."""
    return SiteEffects(
        by_sex={
            _sex(key): {site: SiteEffect(**one) for site, one in effects.items()}
            for key, effects in written["by_sex"].items()
        },
        between={_sex(key): spread for key, spread in written["between"].items()},
    )


def _key(sex: Sex | None) -> str:
    return sex.value if sex else TOGETHER


def _sex(key: str) -> Sex | None:
    return None if key == TOGETHER else Sex(key)
