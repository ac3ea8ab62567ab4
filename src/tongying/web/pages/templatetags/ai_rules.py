"""What the template of the rule tester says."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongying.ai.gate.admission import Refusal
from tongying.ai.rules.matching import part_words
from tongying.dicom.acquisition.facts import SeriesFacts
from tongying.web.ai.events import ToldEvent
from tongying.web.pages.ai_event_words import EVENT_WORDS
from tongying.web.pages.words import in_chinese

register = template.Library()

_MINUTE = 60


@register.filter
def refusal_said(why: Refusal) -> str:
    """Return a reason of the gate in the reader's language."""
    return why.chinese if in_chinese() else why.english


@register.filter
def series_seen(series: SeriesFacts) -> str:
    """Return what the rules see of a series, in one line."""
    parts = part_words(series.body_parts | series.named_parts)
    shown = parts.chinese if in_chinese() else parts.english
    told = [series.modality or "?", shown, series.sequence or ""]
    images = ngettext("%(number)s image", "%(number)s images", series.images)
    return " · ".join([*filter(None, told), images % {"number": series.images}])


@register.filter
def wait_said(seconds: int) -> str:
    """Return how long is waited, in seconds below two minutes."""
    if seconds < 2 * _MINUTE:
        return _("%(number)s s") % {"number": seconds}
    return _("%(number)s min") % {"number": round(seconds / _MINUTE)}


@register.filter
def trigger_said(trigger: str) -> str:
    """Return what asked for a run: a rule with its version, or a person."""
    kind, _sep, rest = trigger.partition(":")
    if kind != "rule":
        return _("a person")
    name, _at, version = rest.rpartition("@")
    return _("rule %(name)s, version %(version)s") % {"name": name, "version": version}


@register.filter
def event_said(event: ToldEvent) -> str:
    """Return what happened, with the figures that the event carries."""
    known = EVENT_WORDS.get(event.kind)
    told = str(known) if known is not None else event.kind
    details = []
    images = event.what.get("images")
    if isinstance(images, int):
        said = ngettext("%(number)s image", "%(number)s images", images)
        details.append(said % {"number": images})
    if event.what.get("forced") is True:
        details.append(_("the time was up"))
    model = event.what.get("model")
    if isinstance(model, str) and not event.model:
        details.append(model)
    reader = event.what.get("reader") or event.what.get("by")
    if isinstance(reader, str):
        details.append(reader)
    return " · ".join([told, *details])
