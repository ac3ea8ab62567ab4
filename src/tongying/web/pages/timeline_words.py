"""The clinic's words for a child's timeline: kinds, parts of the body, why a prior stands first."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import pgettext_lazy as _p

from tongying.archive.body_region import Region
from tongying.archive.modality_family import Kind
from tongying.archive.relevance import Means, Place, Prior
from tongying.kernel.gestation import GestationalAge
from tongying.web.pages.words import in_chinese
from tongying.web.records.fetal_page import FetalShown
from tongying.web.records.filing import FetalFiling
from tongying.web.records.timeline import FETAL, UNKNOWN_REGION

KIND_WORDS: Final[dict[str, Promise | str]] = {
    Kind.US.value: _p("examination", "Ultrasound"),
    Kind.ECHO.value: _p("examination", "Echo"),
    Kind.XR.value: _p("examination", "X-ray"),
    Kind.FLUOROSCOPY.value: _p("examination", "Fluoroscopy"),
    Kind.CT.value: "CT",
    Kind.MR.value: "MR",
    Kind.NM.value: _p("examination", "Nuclear medicine"),
    Kind.PET.value: "PET",
    Kind.OTHER.value: _p("examination", "Other"),
    FETAL: _p("examination", "Fetal"),
}

REGION_WORDS: Final[dict[str, Promise]] = {
    Region.HEAD.value: _p("body region", "Head"),
    Region.NECK.value: _p("body region", "Neck"),
    Region.CHEST.value: _p("body region", "Chest"),
    Region.HEART.value: _p("body region", "Heart"),
    Region.ABDOMEN.value: _p("body region", "Abdomen"),
    Region.URINARY.value: _p("body region", "Urinary tract"),
    Region.PELVIS.value: _p("body region", "Pelvis"),
    Region.SPINE.value: _p("body region", "Spine"),
    Region.HIP.value: _p("body region", "Hip"),
    Region.UPPER_LIMB.value: _p("body region", "Arm and hand"),
    Region.LOWER_LIMB.value: _p("body region", "Leg and foot"),
    Region.WHOLE_BODY.value: _p("body region", "Whole body"),
    UNKNOWN_REGION: _p("body region", "Part not told"),
}

_PLACE_WORDS: Final[dict[Place, Promise]] = {
    Place.SAME: _p("prior", "same part of the body"),
    Place.COVERED: _p("prior", "covers this part of the body"),
    Place.NEAR: _p("prior", "next to this part of the body"),
    Place.UNKNOWN: _p("prior", "part of the body not told"),
    Place.OTHER: _p("prior", "another part of the body"),
}
_MEANS_WORDS: Final[dict[Means, Promise]] = {
    Means.SAME: _p("prior", "same kind of examination"),
    Means.SHARED: _p("prior", "partly the same kind of examination"),
    Means.FAMILY: _p("prior", "comparable kind of examination"),
    Means.OTHER: _p("prior", "another kind of examination"),
}
_DAYS_UNTIL: Final = 60
_MONTHS_UNTIL: Final = 24
_DAYS_OF_MONTH: Final = 30.4375


def gestation_words(age: GestationalAge | None) -> str:
    """Say a gestational age, or that it is not known."""
    if age is None:
        return pgettext("age", "before birth, weeks not known")
    return age.in_chinese() if in_chinese() else age.in_english()


def twin_words(birth_order: int | None) -> str:
    """Say a child's place in a multiple pregnancy, or nothing."""
    if birth_order is None:
        return ""
    return gettext("fetus %(letter)s") % {"letter": chr(ord("A") + birth_order - 1)}


def fetal_words(filing: FetalFiling | FetalShown) -> str:
    """Say the age at a fetal study, with the place among twins."""
    parts = (gestation_words(filing.gestation), twin_words(filing.birth_order))
    return " · ".join(part for part in parts if part)


def why(prior: Prior) -> str:
    """Say why a prior stands where it does: part of the body, kind, side, how long before."""
    parts = [str(_PLACE_WORDS[prior.place])]
    if prior.other_side:
        parts.append(pgettext("prior", "the other side"))
    parts.append(str(_MEANS_WORDS[prior.means]))
    if prior.study.fetal:
        parts.append(pgettext("prior", "before birth"))
    parts.append(_how_long_before(prior.days_before))
    return " · ".join(parts)


def _how_long_before(days: int | None) -> str:
    if days is None:
        return gettext("date unknown")
    if days == 0:
        return pgettext("prior", "the same day")
    months = int(days / _DAYS_OF_MONTH)
    if days < _DAYS_UNTIL:
        return ngettext("%(count)d day before", "%(count)d days before", days) % {"count": days}
    if months < _MONTHS_UNTIL:
        text = ngettext("%(count)d month before", "%(count)d months before", months)
        return text % {"count": months}
    years = months // 12
    return ngettext("%(count)d year before", "%(count)d years before", years) % {"count": years}
