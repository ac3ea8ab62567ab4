"""A ledger full enough for a curve: two hospitals, boys and girls, kidneys measured one way."""

from __future__ import annotations

from datetime import UTC, datetime
from unittest.mock import patch

import archive_world as world
import numpy as np

from tongying.consult.people import Role
from tongying.norms.fit.fitted import FittedNorm
from tongying.norms.fit.progress import Progress
from tongying.norms.fit.rows import FitRow
from tongying.norms.fit.run import fit_norm
from tongying.norms.fit.settings import FitSettings
from tongying.services import norm_work
from tongying.web.jobs import store as jobs
from tongying.web.norms import fits
from tongying.web.norms.models import InclusionRule, NormEntry, NormFitRow, NormSubject
from tongying.web.norms.sources import sources
from tongying.web.people.models import Member

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
MEASURE = "kidney-length"
SHIFT = 0.04
"""By how much the second hospital measures longer, as a logarithm."""
AGES = (1500.0, 2300.0)
"""Days; narrow, so that few children make many near each age."""
_done: dict[tuple[tuple[FitRow, ...], FitSettings], FittedNorm] = {}


def build() -> None:
    """Make the people: researchers of two hospitals, two experts, and who may not."""
    world.build()
    world.add("researcher2", Role.RESEARCHER, world.OTHER)
    world.add("expert2", Role.EXPERT, world.EXPERTS)


def fill(
    site: str,
    each: int,
    *,
    seed: int = 1,
    shift: float = 0.0,
    ages: tuple[float, float] = AGES,
    route: str = "direct",
) -> None:
    """Put children into the ledger, `each` girls and as many boys, one agreed value of each."""
    made_by = Member.objects.get(login="researcher")
    rule, _ = InclusionRule.objects.get_or_create(
        code=f"healthy-{route}",
        version=1,
        defaults={
            "route": route,
            "title": "健康志愿者",
            "text": "no illness",
            "tolerance_percent": 5.0,
            "made_by": made_by,
            "made_at": NOW,
        },
    )
    random = np.random.default_rng(seed)
    subjects = [
        NormSubject(
            code=f"S{site}{route}{seed}{sex}{number}",
            hospital_id=site,
            label=f"{route}-{seed}-{sex}{number}",
            sex=sex,
            rule=rule,
            consent="given",
            consent_reference="IRB 1",
            enrolled_by=made_by,
            enrolled_at=NOW,
        )
        for sex in "FM"
        for number in range(each)
    ]
    NormSubject.objects.bulk_create(subjects)
    age = np.linspace(*ages, 2 * each)
    random.shuffle(age)
    middle = np.log(45.0 + 55.0 * np.sqrt(age / 6000.0)) + shift
    value = np.exp(middle + 0.08 * random.standard_normal(2 * each))
    NormEntry.objects.bulk_create(
        NormEntry(
            code=f"E{subject.code}"[:26],
            subject=subject,
            measure=MEASURE,
            age_days=float(age[number]),
            tool="ultrasound caliper",
            quality="passed",
            state="agreed",
            value=float(value[number]),
            made_at=NOW,
        )
        for number, subject in enumerate(subjects)
    )


def wish(*, by_site: bool = False) -> fits.FitWish:
    """Return the wish for the source with the most values."""
    return fits.FitWish(sources()[0].key, "age", ("normal",), by_site)


def once(rows: list[FitRow], settings: FitSettings, *, progress: Progress) -> FittedNorm:
    """Fit a norm; the same values with the same settings are fitted once for all tests."""
    key = (tuple(rows), settings)
    if key not in _done:
        _done[key] = fit_norm(rows, settings, progress=progress)
    return _done[key]


def fitted(login: str = "researcher", **changes: bool) -> NormFitRow:
    """Ask for a fit and do it as the worker does."""
    norm_work.install()
    row = NormFitRow.objects.get(code=fits.ask(world.viewer(login), wish(**changes)))
    assert row.job_id is not None
    with patch.object(norm_work, "fit_norm", once):
        jobs.run(row.job_id)
    row.refresh_from_db()
    return row
