"""The norms that values are scored by: published ones, and the releases made here."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, ClassVar, Final

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import NotFound
from tongying.norms.catalogue.loading import catalogue
from tongying.norms.fit.sites import with_site
from tongying.norms.norm import Norm, SignOff
from tongying.norms.release.document import digest, norm_from
from tongying.norms.sex import Sex
from tongying.norms.uncertainty import SiteEffect
from tongying.web.norms.models import NormReleaseRow, NormSignature, NormSite
from tongying.web.norms.states import ReleaseState

WITHDRAWN: Final = Caveat(
    "norms.withdrawn-subject",
    "A child behind this release was withdrawn after it was signed; the next release leaves the "
    "child out.",
)
"""Carried by every score of a release that a withdrawal touched."""

# Written out, not through the model: every score of the platform costs it.
_STAMP: Final = """
SELECT (SELECT COUNT(*) FROM norms_normsignature), (SELECT MAX(id) FROM norms_normsignature),
  (SELECT COUNT(*) FROM norms_normreleaserow WHERE state = 'published'),
  (SELECT MAX(published_at) FROM norms_normreleaserow),
  (SELECT MAX(closed_at) FROM norms_normreleaserow),
  (SELECT MAX(id) FROM norms_normsite), (SELECT COUNT(undone_at) FROM norms_normsite),
  (SELECT COUNT(withdrawn_at) FROM norms_normsubject)
"""

_log = logging.getLogger("tongying.norms")
_kept: dict[str, Any] = {"stamp": None, "norms": {}}


class NormNotFound(NotFound):
    """There is no norm with this id in force."""

    code: ClassVar[str] = "norms.norm-not-found"


def norms_in_force() -> dict[str, Norm]:
    """Return every norm that may score, by its id, with who signed it and its calibrated sites.

    Published tables come with or without a sign-off; of the releases only those that are published
    and not closed. The answer is kept in the process until a signature, a release, a site or a
    withdrawal changes.
    """
    stamp = _stamp()
    if _kept["stamp"] != stamp:
        _kept.update(norms=_gathered(), stamp=stamp)
    return dict(_kept["norms"])


def norm_in_force(norm_id: str) -> Norm:
    """Return a norm that may score.

    Raises
    ------
    NormNotFound
        If none in force has this id.
    """
    norm = norms_in_force().get(norm_id)
    if norm is None:
        raise NormNotFound("There is no norm with this id in force.")
    return norm


def signed_by(norms: Iterable[Norm]) -> Iterator[Norm]:
    """Yield norms with the people who signed exactly this document of theirs."""
    signatures: dict[tuple[str, str], list[SignOff]] = {}
    rows = NormSignature.objects.select_related("signed_by").order_by("signed_at", "pk")
    for row in rows:
        person = SignOff(row.signed_by.name, timezone.localtime(row.signed_at).date())
        signatures.setdefault((row.norm_id, row.sha256), []).append(person)
    for norm in norms:
        yield replace(norm, signed_off=tuple(signatures.get((norm.id, norm.sha256), ())))


def norm_of_row(row: NormReleaseRow) -> Norm | None:
    """Return the norm of a release; None where its document is not what its digest says."""
    if digest(row.document) != row.sha256:
        _log.error("the document of %s is not what was signed", row.norm_id)
        return None
    return norm_from(row.document)


def with_sites(norm: Norm, sites: Iterable[NormSite]) -> Norm:
    """Return a norm that also speaks at the sites calibrated to it afterwards."""
    if norm.sites is None:
        return norm
    known = norm.sites
    for site in sites:
        sex = Sex(site.sex) if site.sex else None
        effect = SiteEffect(site.effect, site.error, site.n)
        known = with_site(known, sex, site.hospital_id, effect)
    return replace(norm, sites=known)


def touched_condition() -> Q:
    """Return the condition of releases that hold a child withdrawn since."""
    return Q(entries__subject__withdrawn_at__isnull=False)


def _gathered() -> dict[str, Norm]:
    rows = list(
        NormReleaseRow.objects.filter(state=ReleaseState.PUBLISHED.value).prefetch_related("sites")
    )
    touched = set(
        NormReleaseRow.objects.filter(touched_condition()).values_list("pk", flat=True).distinct()
    )
    released: list[Norm] = []
    for row in rows:
        norm = norm_of_row(row)
        if norm is None:
            continue
        norm = with_sites(norm, [site for site in row.sites.all() if site.undone_at is None])
        if row.pk in touched:
            norm = replace(norm, caveats=(*norm.caveats, WITHDRAWN))
        released.append(norm)
    return {norm.id: norm for norm in signed_by([*catalogue().values(), *released])}


def _stamp() -> tuple[Any, ...]:
    """Return what changes with every signature, release, site and withdrawal."""
    with connection.cursor() as cursor:
        cursor.execute(_STAMP)
        return tuple(cursor.fetchone())
