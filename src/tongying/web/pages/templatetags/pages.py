"""What templates say and draw: icons, ages, times, the clinic's words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tongying.consult.case import Confidence, Urgency
from tongying.consult.people import Role
from tongying.consult.states import Move, State
from tongying.kernel.age import Age
from tongying.web.cases.shown import CaseView, ShownChild, ShownDocument, ShownSeries, ShownStudy
from tongying.web.pages import critical_words, words
from tongying.web.pages.due import TimeLeft, time_left
from tongying.web.pages.opening import large_picture_url, picture_url, viewer_link
from tongying.web.pages.panel_words import PANEL_EVENT_WORDS
from tongying.web.pages.room_words import ROOM_EVENT_WORDS
from tongying.web.pages.sentences import said

register = template.Library()


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """Draw a symbol of the icon sprite; it is silent for screen readers."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        extra,
        static("vendor/icons/icons.svg"),
        name,
    )


@register.filter
def html_lang(code: str) -> str:
    """Write a language code as HTML wants it: ``zh-Hans``."""
    return "zh-Hans" if code == "zh-hans" else code


@register.filter
def state_word(state: State | str) -> str:
    """Return the word for a state."""
    return str(words.STATE_WORDS[State(state)])


@register.filter
def state_tone(state: State | str) -> str:
    """Return the colour of a state's chip, or nothing."""
    return words.STATE_TONES.get(State(state), "")


@register.filter
def move_word(move: Move | str) -> str:
    """Return the word on a move's button."""
    return str(words.MOVE_WORDS[Move(move)])


@register.filter
def move_help(move: Move | str) -> str:
    """Return what a move leads to, in one sentence, or nothing."""
    return str(words.MOVE_HELP.get(Move(move), ""))


@register.filter
def event_word(move: str) -> str:
    """Return what a line of the timeline says."""
    others = PANEL_EVENT_WORDS | critical_words.EVENT_WORDS | ROOM_EVENT_WORDS
    return str(words.EVENT_WORDS.get(move) or others.get(move, move))


@register.filter
def role_word(role: Role | str) -> str:
    """Return the word for a role."""
    return str(words.ROLE_WORDS[Role(role)])


@register.filter
def urgency_word(urgency: Urgency | str | None) -> str:
    """Return the word for an urgency; empty where it is not said."""
    return str(words.URGENCY_WORDS[Urgency(urgency)]) if urgency else ""


@register.filter
def urgency_tone(urgency: Urgency | str | None) -> str:
    """Return the colour of an urgency's chip, or nothing."""
    return words.URGENCY_TONES.get(Urgency(urgency), "") if urgency else ""


@register.filter
def confidence_word(confidence: Confidence | str | None) -> str:
    """Return the word for how sure the asking doctor is; empty where it is not said."""
    return str(words.CONFIDENCE_WORDS[Confidence(confidence)]) if confidence else ""


@register.filter
def sex_word(sex: str | None) -> str:
    """Return the word for a sex; an unknown one is said."""
    return str(words.SEX_WORDS.get(sex or "", words.SEX_WORDS[""]))


@register.filter
def document_word(kind: str) -> str:
    """Return the name of a kind of document."""
    return str(words.DOCUMENT_WORDS.get(kind, kind))


@register.filter
def field_word(name: str) -> str:
    """Return the label of a field of the question or opinion."""
    return str(words.FIELD_WORDS.get(name.rpartition(".")[2], name))


@register.filter
def age(value: Age | None) -> str:
    """Say an age."""
    return words.age_words(value)


@register.filter
def corrected(child: ShownChild) -> str:
    """Say a corrected age, or nothing."""
    return words.corrected_words(child)


@register.filter
def day(value: date | None) -> str:
    """Write a day as 2026-03-01."""
    return value.isoformat() if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """Write a moment as 2026-03-01 14:05 in the installation's time zone."""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


@register.filter
def clock(value: datetime | None) -> str:
    """Write a moment of today as 14:05 and any other as 03-01 14:05 (with the year if not this)."""
    if value is None:
        return ""
    local, now = timezone.localtime(value), timezone.localtime()
    if local.date() == now.date():
        return f"{local:%H:%M}"
    return f"{local:%m-%d %H:%M}" if local.year == now.year else f"{local:%Y-%m-%d %H:%M}"


@register.filter
def ago(value: date) -> str:
    """Say how many days ago a day was."""
    return words.days_since(value, timezone.localdate())


@register.filter
def image_count(study: ShownStudy) -> int:
    """Return how many objects of a study are images: without reports and segmentations."""
    return sum(series.instance_count for series in study.series if series.picture)


@register.filter
def plain(value: float) -> str:
    """Write a number without zeros that say nothing."""
    return f"{value:g}"


@register.filter
def in_order(documents: Sequence[ShownDocument]) -> list[ShownDocument]:
    """Put the documents as they are asked for: the reader's PDF first, DICOM last."""
    first = "pdf-zh" if words.in_chinese() else "pdf-en"
    kinds = [first, *words.DOCUMENT_WORDS]
    return sorted(documents, key=lambda one: kinds.index(one.kind) if one.kind in kinds else 99)


@register.filter
def bytes_said(count: int) -> str:
    """Say a number of bytes."""
    return words.size_words(count)


@register.filter
def sentence(text: str) -> str:
    """Translate a caveat's or refusal's sentence."""
    return said(text)


@register.simple_tag
def picture(study_uid: str, series_uid: str, sop_uid: str, frame: int = 1) -> str:
    """Return the address of a small picture."""
    return picture_url(study_uid, series_uid, sop_uid, frame=frame)


@register.simple_tag
def large_picture(study_uid: str, series_uid: str, sop_uid: str, frame: int = 1) -> str:
    """Return the address of a picture as it is read."""
    return large_picture_url(study_uid, series_uid, sop_uid, frame=frame)


@register.simple_tag
def series_link(view: CaseView, study: ShownStudy, series: ShownSeries) -> str:
    """Return the link that opens the viewer on a series."""
    return viewer_link(view, first=study.uid, series_uid=series.uid) or f"/cases/{view.case.id}/"


@register.inclusion_tag("pages/_left.html")
def left(state: State, due_at: datetime | None, urgency: Any) -> dict[str, TimeLeft]:
    """Draw the time left: bar, number, word."""
    value = urgency.value if isinstance(urgency, Urgency) else urgency or ""
    return {"left": time_left(State(state), due_at, value, timezone.now())}
