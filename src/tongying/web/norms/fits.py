"""Asking for a fit, and looking at fits: what was chosen, how far it is, what came out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

from django.db import transaction

from tongying.consult.people import Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, NotFound
from tongying.kernel.ids import new_code
from tongying.norms.axis import AxisKind
from tongying.norms.fit.choose import FAMILIES
from tongying.norms.fit.settings import REPLICATES, FitSettings, Sexes
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Population, Route
from tongying.web import now as clock
from tongying.web.jobs.outbox import promise
from tongying.web.norms.models import NormEntry, NormFitRow
from tongying.web.norms.rights import check_fitting, check_reading_fits
from tongying.web.norms.sources import AXES, FitSource, entries_of, sources
from tongying.web.norms.states import OPEN, FitState
from tongying.web.trail import store as trail

NORM_FIT: Final = "norm-fit"
"""Kind of promised work, and of audit events about it."""
LISTED: Final = 100
COUNTRY: Final = "CN"
"""Where the alliance's hospitals are."""


def draft_id(measure: str) -> str:
    """Return the id a norm has until it is drafted as a release and gets its version."""
    return f"tongying.{measure}@0"


class FitWishRefused(BadInput):
    """What was asked for cannot be fitted."""

    code: ClassVar[str] = "norms.fit-wish-refused"


class FitNotFound(NotFound):
    """There is no such fit."""

    code: ClassVar[str] = "norms.fit-not-found"


@dataclass(frozen=True, slots=True)
class FitWish:
    """What is to be fitted, and how.

    Attributes
    ----------
    source : str
        Key of a `FitSource`.
    axis : str
        Value of one of `AXES`.
    families : tuple of str
        Distributions to choose among.
    by_site : bool
        Whether the hospitals' middles may differ.
    sexes : str
        Value of `tongying.norms.fit.settings.Sexes`.
    """

    source: str
    axis: str
    families: tuple[str, ...]
    by_site: bool
    sexes: str = Sexes.APART.value


@dataclass(frozen=True, slots=True)
class ShownFit:
    """A fit as the pages show it.

    Attributes
    ----------
    code, measure, state, asked_by : str
    asked_at : datetime
    finished_at : datetime or None
    settings : dict
        See `ask`.
    done, total : int
        Progress; 0 of 0 until the worker tells.
    doing : str
        What the worker is at.
    failure : str
        A sentence, where it failed.
    result : dict or None
        Lists carry none.
    used : int
        Values it was made from.
    withdrawn : int
        Of these, values of children withdrawn since.
    release : str
        Id of the release drafted from it, empty where there is none.
    """

    code: str
    measure: str
    state: str
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    settings: dict[str, Any]
    done: int
    total: int
    doing: str
    failure: str
    result: dict[str, Any] | None
    used: int
    withdrawn: int
    release: str

    @property
    def waits(self) -> bool:
        """Whether it has not ended."""
        return self.state in OPEN

    @property
    def method(self) -> MeasuringMethod:
        """How its values were measured."""
        return MeasuringMethod(**self.settings["method"])


def sources_for(viewer: Viewer) -> list[FitSource]:
    """Return what may be fitted.

    Raises
    ------
    FitsNotYours
        If the viewer's role does not see fits.
    """
    check_reading_fits(viewer)
    return sources()


def ask(viewer: Viewer, wish: FitWish) -> str:
    """Ask for a fit and return its code.

    An equal request that waits, runs, or was done from the same values is that one; nothing is
    computed twice. One that failed is tried again.

    Raises
    ------
    FittingNotYours
        If the viewer's role does not fit.
    FitWishRefused
        If there are no such values, or the axis or the distributions are not among those offered.
    """
    check_fitting(viewer)
    source = next((one for one in sources() if one.key == wish.source), None)
    if source is None:
        raise FitWishRefused("Choose the values that are to be fitted.")
    if wish.axis not in {one.value for one in AXES}:
        raise FitWishRefused("Choose what the curve is to run along.")
    if not wish.families or not set(wish.families) <= set(FAMILIES):
        raise FitWishRefused("Choose at least one distribution.")
    if wish.sexes not in {one.value for one in Sexes}:
        raise FitWishRefused("Choose whether girls and boys get curves of their own.")
    settings = _settings(source, wish)
    now = clock.now()
    with transaction.atomic():
        trail.hold()  # two clicks at once must find one fit
        again = _again(settings)
        if again is not None:
            return again.code
        row = NormFitRow.objects.create(
            code=new_code(),
            measure=source.measure,
            settings=settings,
            asked_by_id=viewer.user,
            asked_at=now,
            state=FitState.WAITING.value,
        )
        row.job_id = promise(NORM_FIT, {"fit": row.pk})
        row.save(update_fields=["job"])
        note(row, viewer.login, Action.CREATE, now)
    return row.code


def fits_for(viewer: Viewer) -> list[ShownFit]:
    """Return the latest fits, newest first, without their results.

    Raises
    ------
    FitsNotYours
        If the viewer's role does not see fits.
    """
    check_reading_fits(viewer)
    rows = NormFitRow.objects.select_related("asked_by", "job").prefetch_related("releases")
    return [_shown(row) for row in rows.defer("result").order_by("-pk")[:LISTED]]


def fit_of(viewer: Viewer, code: str) -> ShownFit:
    """Return a fit with its result.

    Raises
    ------
    FitsNotYours
        If the viewer's role does not see fits.
    FitNotFound
        If there is none.
    """
    row = fit_row_of(viewer, code)
    return _shown(row, row.result, withdrawn_of(row.frozen or ()))


def fit_row_of(viewer: Viewer, code: str) -> NormFitRow:
    """Return a fit's row.

    Raises
    ------
    FitsNotYours
        If the viewer's role does not see fits.
    FitNotFound
        If there is none.
    """
    check_reading_fits(viewer)
    row = (
        NormFitRow.objects.select_related("asked_by", "job")
        .prefetch_related("releases")
        .filter(code=code)
        .first()
    )
    if row is None:
        raise FitNotFound("There is no such fit.")
    return row


def frozen_entries(codes: Sequence[str]) -> list[NormEntry]:
    """Return entries by their codes, in order, whatever has become of them since."""
    kept = {
        row.code: row
        for row in NormEntry.objects.filter(code__in=codes).select_related("subject__rule")
    }
    return [kept[code] for code in codes if code in kept]


def withdrawn_of(codes: Sequence[str]) -> int:
    """Return how many of these entries belong to children withdrawn since."""
    return NormEntry.objects.filter(code__in=codes, subject__withdrawn_at__isnull=False).count()


def note(row: NormFitRow, actor: str, action: Action, at: datetime, **detail: str) -> None:
    """Append the audit event of an act on a fit, in the caller's transaction."""
    hospital = row.asked_by.hospital_id
    trail.append([AuditEvent(at, actor, action, NORM_FIT, row.code, hospital, detail)])


def _settings(source: FitSource, wish: FitWish) -> dict[str, Any]:
    plain = FitSettings(
        norm_id=draft_id(source.measure),
        measure=source.measure,
        method=source.method,
        population=Population(
            english=f"Children of the alliance, rule {source.rule_code}/{source.rule_version}",
            chinese=f"联盟儿童：{source.rule_title}（第 {source.rule_version} 版）",
            country=COUNTRY,
            n=None,
        ),
        route=Route(source.route),
        axis=AxisKind(wish.axis),
        sexes=Sexes(wish.sexes),
        families=tuple(name for name in FAMILIES if name in wish.families),
        by_site=wish.by_site,
        # The page lists every value that was left out and why.
        skip_refused=True,
        replicates=REPLICATES,
    ).as_json()
    rule = {"code": source.rule_code, "version": source.rule_version}
    text = json.dumps([plain, rule, source.side], sort_keys=True, ensure_ascii=False)
    # Equal requests draw equal bootstrap samples.
    seed = int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)
    return plain | {"rule": rule, "side": source.side, "seed": seed}


def _again(settings: dict[str, Any]) -> NormFitRow | None:
    rows = NormFitRow.objects.filter(measure=settings["measure"], settings=settings)
    found = rows.exclude(state=FitState.FAILED.value).order_by("-pk").first()
    if found is None or found.state in OPEN:
        return found
    entries = entries_of(settings).values_list("code", flat=True)
    return found if list(entries) == found.frozen else None


def _shown(row: NormFitRow, result: dict[str, Any] | None = None, withdrawn: int = 0) -> ShownFit:
    progress: dict[str, Any] = row.job.progress if row.job else {}
    release = next((one.norm_id for one in row.releases.all() if one.state != "closed"), "")
    return ShownFit(
        code=row.code,
        measure=row.measure,
        state=row.state,
        asked_by=row.asked_by.name,
        asked_at=row.asked_at,
        finished_at=row.finished_at,
        settings=row.settings,
        done=int(progress.get("done", 0)),
        total=int(progress.get("total", 0)),
        doing=str(progress.get("note", "")),
        failure=row.failure,
        result=result,
        used=len(row.frozen or ()),
        withdrawn=withdrawn,
        release=release,
    )
