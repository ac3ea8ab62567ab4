"""Norms made up for tests: small enough that their numbers can be checked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tongying.norms.axis import AxisKind
from tongying.norms.forms.parameter_table import ParameterTable, SexTable, Tails
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Citation, Grade, Norm, Origin, Population, Route
from tongying.norms.sex import Sex
from tongying.norms.uncertainty import SexUncertainty, SiteEffect, SiteEffects, Uncertainty

CHINESE = Population("Children of a test", "测试儿童", "CN", 240)
FOREIGN = Population("Children of elsewhere", "外国儿童", "US", 500)
CALIPER = MeasuringMethod(tool="caliper", version=None, protocol="us-kidney/1", rule="longest")

GIRL_ROWS = ((0.0, 48.0, 0.05, 1.0), (400.0, 64.0, 0.10, -1.0), (6600.0, 110.0, 0.12, 0.0))
BOY_ROWS = ((0.0, 50.0, 0.05, 1.0), (400.0, 68.0, 0.10, -1.0), (6600.0, 116.0, 0.12, 0.0))
"""Age in days, M, S, L of a made-up kidney length in mm."""


def table(
    family: str = "bccg",
    girls: tuple[tuple[float, ...], ...] = GIRL_ROWS,
    boys: tuple[tuple[float, ...], ...] | None = BOY_ROWS,
    tails: Tails = Tails.AS_MODELLED,
) -> ParameterTable:
    """Return a table of parameters; without boys the sexes are together."""
    tables: dict[Sex | None, SexTable] = {None: _rows(girls)}
    if boys is not None:
        tables = {Sex.FEMALE: _rows(girls), Sex.MALE: _rows(boys)}
    return ParameterTable(family, tables, tails)


def norm(id_: str = "test.kidney@1", **parts: object) -> Norm:
    """Return a norm of the kidney's length, with parts of it replaced."""
    plain = Norm(
        id=id_,
        measure="kidney-length",
        unit="mm",
        axis=AxisKind.AGE,
        form=table(),
        method=CALIPER,
        population=CHINESE,
        route=Route.DIRECT,
        origin=Origin.RELEASED,
        citation=None,
        uncertainty=certainty(),
    )
    return replace(plain, **parts)  # type: ignore[arg-type]


def published(id_: str = "test.published@1", **parts: object) -> Norm:
    """Return a published norm."""
    source = Citation("Author A. J Test 2000; 1: 1-2.", "10.0/test", "the paper", Grade.READ)
    return norm(id_, origin=Origin.PUBLISHED, citation=source, uncertainty=None, **parts)


def certainty(error: float = 0.05, near: int = 60, fewest: int = 20) -> Uncertainty:
    """Return a grid whose error grows to three times as much at z of 2 and -2."""
    grid = SexUncertainty(
        x=np.array([0.0, 3000.0, 6600.0]),
        z=np.array([-2.0, 0.0, 2.0]),
        z_error=np.array([[3 * error, error, 3 * error]] * 3),
        n_near=np.array([near, near, near]),
    )
    return Uncertainty({Sex.FEMALE: grid, Sex.MALE: grid}, 182.625, fewest)


def sites(effect: float = 0.04, error: float = 0.01) -> SiteEffects:
    """Return the effects of two hospitals, HOME without a shift."""
    by_site = {"HOME": SiteEffect(0.0, 0.0, 80), "AWAY": SiteEffect(effect, error, 40)}
    return SiteEffects({Sex.FEMALE: by_site, Sex.MALE: by_site}, dict.fromkeys(Sex, 0.03))


def _rows(rows: tuple[tuple[float, ...], ...]) -> SexTable:
    columns = np.array(rows).T
    return SexTable(columns[0], columns[1:])
