"""What the archive's templates say and link to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import reverse

from tongying.archive.arrival import Fate
from tongying.consult.states import State
from tongying.kernel.audit import AuditEvent
from tongying.web.pages import archive_words
from tongying.web.pages.words import in_chinese, size_words
from tongying.web.records.listing import StudyRow
from tongying.web.viewer.config import viewer_url

register = template.Library()


@register.filter
def fate_word(fate: Fate | str) -> str:
    """Return the word for what became of a file."""
    return str(archive_words.FATE_WORDS[Fate(fate)])


@register.filter
def fate_tone(fate: Fate | str) -> str:
    """Return the colour of a fate's chip, or nothing."""
    return archive_words.FATE_TONES.get(Fate(fate), "")


@register.filter
def reason(outcome: Any) -> str:
    """Say why a file was not simply stored."""
    return archive_words.reason_words(outcome.reason, outcome.code)


@register.filter
def door_word(door: str) -> str:
    """Return the word for a way in or out."""
    return archive_words.door_word(door)


@register.filter
def event_words(event: AuditEvent) -> str:
    """Say what somebody did."""
    return archive_words.event_words(event)


@register.filter
def hospital_name(row: StudyRow) -> str:
    """Return the hospital's name in the reader's language."""
    return row.hospital if in_chinese() or not row.hospital_en else row.hospital_en


@register.filter
def size_said(count: int) -> str:
    """Say a number of bytes in kB, MB or GB."""
    return size_words(count) if count < 10**9 else f"{count / 10**9:.1f} GB"


@register.filter
def open_in_viewer(row: StudyRow) -> str:
    """Return the link that opens a study in the viewer."""
    return viewer_url([row.uid], modalities=row.modalities)


@register.simple_tag
def open_series(row: StudyRow, series_uid: str, modality: str) -> str:
    """Return the link that opens a study in the viewer on one series."""
    return viewer_url([row.uid], modalities=[modality], series_uid=series_uid)


@register.simple_tag
def open_with(row: StudyRow, others: Iterable[StudyRow]) -> str:
    """Return the link that opens a study in the viewer with the child's other studies."""
    uids = [row.uid, *(other.uid for other in others)]
    return viewer_url(uids, modalities=row.modalities)


@register.simple_tag
def draft_case(row: StudyRow) -> str:
    """Return the address of a draft about the study, or nothing."""
    for case in row.cases:
        if case.state is State.DRAFT and not case.prior:
            return reverse("case", args=[case.id])
    return ""
