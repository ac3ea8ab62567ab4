"""What the templates of a child's timeline say and link to."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from tongying.archive.relevance import Prior
from tongying.kernel.gestation import GestationalAge
from tongying.web.pages import timeline_words as words
from tongying.web.records.fetal_page import FetalShown
from tongying.web.records.filing import FetalFiling
from tongying.web.records.listing import StudyRow
from tongying.web.records.timeline import TimelineLine
from tongying.web.viewer.config import viewer_url

register = template.Library()


@register.filter
def kind_word(kind: str) -> str:
    """Return the word for a kind of examination."""
    return str(words.KIND_WORDS[str(kind)])


@register.filter
def region_word(region: str) -> str:
    """Return the word for a part of the body."""
    return str(words.REGION_WORDS[str(region)])


@register.filter
def in_order(regions: Iterable[str]) -> list[str]:
    """Return parts of the body from head to foot."""
    order = list(words.REGION_WORDS)
    return sorted((str(one) for one in regions), key=order.index)


@register.filter
def fetal_age(filing: FetalFiling | FetalShown) -> str:
    """Say the gestational age, with the place among twins."""
    return words.fetal_words(filing)


@register.filter
def gestation(value: GestationalAge | None) -> str:
    """Say a gestational age, or that it is not known."""
    return words.gestation_words(value)


@register.filter
def twin_word(birth_order: int | None) -> str:
    """Say a child's place in a multiple pregnancy, or nothing."""
    return words.twin_words(birth_order)


@register.filter
def why(prior: Prior) -> str:
    """Say why a prior stands where it does."""
    return words.why(prior)


@register.simple_tag
def open_beside(row: StudyRow, lines: Iterable[TimelineLine]) -> str:
    """Return the link that opens a study in the viewer with some others of the child."""
    uids = [row.uid, *(line.row.uid for line in lines)]
    return viewer_url(uids, modalities=row.modalities)
