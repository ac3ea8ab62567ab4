"""Calibrating a hospital to a release from its own normal children; undone, never deleted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Final

import numpy as np
from django.db import transaction

from tongying.consult.people import Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import Conflict, NotFound
from tongying.norms.distributions.registry import family_of
from tongying.norms.fit.rows import x_of
from tongying.norms.fit.sites import calibrate
from tongying.norms.norm import Norm
from tongying.norms.release.document import norm_from
from tongying.norms.sex import Sex
from tongying.norms.uncertainty import Z_90, SiteEffect
from tongying.web import now as clock
from tongying.web.norms.models import NormEntry, NormReleaseRow, NormSite
from tongying.web.norms.releases import release_row
from tongying.web.norms.rights import check_fitting
from tongying.web.norms.sources import entries_of, fit_row
from tongying.web.norms.states import ReleaseState
from tongying.web.people.models import Hospital
from tongying.web.trail import store as trail

NORM_SITE: Final = "norm-site"
"""Kind of audit events about calibrations."""


class SiteNotFound(NotFound):
    """There is no such hospital, or no such calibration."""

    code: ClassVar[str] = "norms.site-not-found"


class SiteInPlace(Conflict):
    """The hospital stands in the norm already, or the release is not in force."""

    code: ClassVar[str] = "norms.site-in-place"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A hospital that could be calibrated.

    Attributes
    ----------
    hospital, name : str
    counts : tuple of (Sex or None, int)
        Normal children of the ledger measured as the release's were.
    """

    hospital: str
    name: str
    counts: tuple[tuple[Sex | None, int], ...]

    @property
    def fewest(self) -> int:
        """Return the smaller count: each sex needs its own children."""
        return min(count for _, count in self.counts)


@dataclass(frozen=True, slots=True)
class ShownSite:
    """A site of a release.

    Attributes
    ----------
    hospital, name : str
    sex : Sex or None
    effect, low, high : float
        How much its middle lies above that of all sites, with its 90 % interval: in percent where
        `in_percent`, else in the norm's unit.
    in_percent : bool
    n : int
        Children it rests on.
    made_by : str
        Who calibrated it; empty for a site that was fitted.
    made_at : datetime or None
    """

    hospital: str
    name: str
    sex: Sex | None
    effect: float
    low: float
    high: float
    in_percent: bool
    n: int
    made_by: str = ""
    made_at: datetime | None = None


def candidates(norm: Norm, row: NormReleaseRow) -> list[Candidate]:
    """Return the hospitals that have normal children measured as the release's were."""
    if norm.sites is None:
        return []
    known = set(_names_of(norm)) | {one.hospital_id for one in in_place(row)}
    found: dict[str, list[NormEntry]] = {}
    for entry in entries_of(row.fit.settings):
        if entry.subject.hospital_id not in known:
            found.setdefault(entry.subject.hospital_id, []).append(entry)
    names = hospital_names(found)
    return [
        Candidate(
            code,
            names.get(code, code),
            tuple((sex, len(_controls(norm, sex, entries)[0])) for sex in sexes_of(norm)),
        )
        for code, entries in sorted(found.items())
    ]


def sites_of(norm: Norm, row: NormReleaseRow) -> list[ShownSite]:
    """Return the sites a release speaks at: those fitted, then those calibrated since."""
    if norm.sites is None:
        return []
    added = in_place(row)
    names = hospital_names([*_names_of(norm), *(one.hospital_id for one in added)])
    percent = family_of(str(getattr(norm.form, "family", "normal"))).positive
    shown = [
        _shown(code, names, sex, effect, percent)
        for sex, effects in norm.sites.by_sex.items()
        for code, effect in sorted(effects.items())
    ]
    for one in added:
        sex = Sex(one.sex) if one.sex else None
        effect = SiteEffect(one.effect, one.error, one.n)
        shown.append(
            replace(
                _shown(one.hospital_id, names, sex, effect, percent),
                made_by=one.made_by.name,
                made_at=one.made_at,
            )
        )
    return shown


def calibrate_site(viewer: Viewer, norm_id: str, hospital: str) -> None:
    """Calibrate a hospital to a release from its normal children in the ledger, each sex apart.

    Parameters
    ----------
    viewer : Viewer
    norm_id : str
    hospital : str
        Code of the hospital.

    Raises
    ------
    ReleaseNotFound
        If there is no such release for the viewer.
    FittingNotYours
        If the viewer's role does not calibrate.
    SiteNotFound
        If there is no such hospital.
    SiteInPlace
        If the release is not in force, or knows the hospital.
    SitesUnknown, TooFewControls, ControlsOutside, ControlsScatter
        If the hospital's children do not calibrate it; nothing is kept then.
    """
    now = clock.now()
    with transaction.atomic():
        row = release_row(viewer, norm_id, to_change=True)
        check_fitting(viewer)
        if not Hospital.objects.filter(pk=hospital).exists():
            raise SiteNotFound("There is no such hospital.")
        norm = norm_from(row.document)
        known = set(_names_of(norm)) | {one.hospital_id for one in in_place(row)}
        if row.state != ReleaseState.PUBLISHED.value or hospital in known:
            raise SiteInPlace("The release is not in force, or knows this hospital already.")
        entries = list(entries_of(row.fit.settings).filter(subject__hospital_id=hospital))
        for sex in sexes_of(norm):
            used, values, places = _controls(norm, sex, entries)
            effect = calibrate(norm, sex, np.array(values), np.array(places))
            made = NormSite.objects.create(
                release=row,
                hospital_id=hospital,
                sex=sex.value if sex else "",
                effect=effect.effect,
                error=effect.error,
                n=effect.n,
                made_by_id=viewer.user,
                made_at=now,
            )
            made.entries.set(used)
        _note(row, viewer, Action.CREATE, now, hospital)


def undo(viewer: Viewer, norm_id: str, hospital: str) -> None:
    """Take a hospital's calibration back: the release refuses there again; the row is kept.

    Raises
    ------
    ReleaseNotFound
        If there is no such release for the viewer.
    FittingNotYours
        If the viewer's role does not calibrate.
    SiteNotFound
        If the hospital is not calibrated to it.
    """
    now = clock.now()
    with transaction.atomic():
        row = release_row(viewer, norm_id, to_change=True)
        check_fitting(viewer)
        found = row.sites.filter(hospital_id=hospital, undone_at__isnull=True)
        if not found.update(undone_at=now):
            raise SiteNotFound("This hospital is not calibrated to this release.")
        _note(row, viewer, Action.DELETE, now, hospital)


def sexes_of(norm: Norm) -> tuple[Sex | None, ...]:
    """Return the sexes that a norm tells apart; only None where it does not."""
    return tuple(Sex) if norm.form.by_sex() else (None,)


def in_place(row: NormReleaseRow) -> list[NormSite]:
    """Return the calibrations of a release that are not undone."""
    rows = row.sites.filter(undone_at__isnull=True)
    return list(rows.select_related("made_by").order_by("hospital_id", "sex"))


def hospital_names(codes: Iterable[str]) -> dict[str, str]:
    """Return hospitals' names by their codes."""
    return dict(Hospital.objects.filter(pk__in=set(codes)).values_list("pk", "name"))


def _names_of(norm: Norm) -> list[str]:
    by_sex = norm.sites.by_sex if norm.sites else {}
    return sorted({code for effects in by_sex.values() for code in effects})


def _controls(
    norm: Norm, sex: Sex | None, entries: Sequence[NormEntry]
) -> tuple[list[NormEntry], list[float], list[float]]:
    """Return one value of each child of a sex: entries, values, places on the axis."""
    used: dict[int, tuple[NormEntry, float, float]] = {}
    for entry in entries:
        if sex is not None and entry.subject.sex != sex.value:
            continue
        x = x_of(fit_row(entry), norm.axis)
        if x is not None and entry.value is not None:
            used.setdefault(entry.subject_id, (entry, entry.value, x))
    kept = list(used.values())
    return [one[0] for one in kept], [one[1] for one in kept], [one[2] for one in kept]


def _shown(
    code: str, names: dict[str, str], sex: Sex | None, effect: SiteEffect, percent: bool
) -> ShownSite:
    def said(value: float) -> float:
        return 100.0 * math.expm1(value) if percent else value

    return ShownSite(
        hospital=code,
        name=names.get(code, code),
        sex=sex,
        effect=said(effect.effect),
        low=said(effect.effect - Z_90 * effect.error),
        high=said(effect.effect + Z_90 * effect.error),
        in_percent=percent,
        n=effect.n,
    )


def _note(row: NormReleaseRow, viewer: Viewer, action: Action, at: datetime, hospital: str) -> None:
    detail = {"release": row.norm_id}
    trail.append([AuditEvent(at, viewer.login, action, NORM_SITE, row.norm_id, hospital, detail)])
