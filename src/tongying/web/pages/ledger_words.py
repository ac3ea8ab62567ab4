"""The clinic's words for the ledger of normal children, and what keeps a line out of it."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as fixed
from django.utils.translation import pgettext_lazy as _p

from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import TongyingError
from tongying.kernel.sheet import Column
from tongying.norms.ledger.columns import COLUMNS
from tongying.norms.ledger.faults import SENTENCES, Fault, LedgerRefused
from tongying.norms.measure import Measure
from tongying.web.pages.archive_words import event_words, told
from tongying.web.pages.norm_words import measure_name
from tongying.web.pages.words import in_chinese

STATE_WORDS: Final[dict[str, Promise]] = {
    "waiting": _p("ledger", "To be read"),
    "disputed": _p("ledger", "Readers differ"),
    "agreed": _p("ledger", "Agreed"),
    "excluded": _p("ledger", "Excluded"),
    "withdrawn": _p("ledger", "Withdrawn"),
    "quality": _p("ledger", "Quality not judged"),
}
STATE_TONES: Final = {
    "disputed": "amber",
    "agreed": "green",
    "excluded": "red",
    "withdrawn": "red",
}
QUALITY_WORDS: Final[dict[str, Promise]] = {
    "waiting": _p("quality gate", "Not judged"),
    "passed": _p("quality gate", "Passed"),
    "failed": _p("quality gate", "Failed"),
}
QUALITY_TONES: Final = {"passed": "green", "failed": "red"}
ROUTE_WORDS: Final[dict[str, Promise]] = {
    "direct": _p("ledger", "Volunteers"),
    "indirect": _p("ledger", "Routine examinations"),
}
CONSENT_WORDS: Final[dict[str, Promise]] = {
    "given": _p("ledger", "Consent of the guardian"),
    "waived": _p("ledger", "Waived by the ethics committee"),
}
SIDE_WORDS: Final[dict[str, Promise]] = {
    "": _p("side", "no side"),
    "R": _p("side", "right"),
    "L": _p("side", "left"),
}
SIDE_CHOICES: Final[dict[str, Promise]] = {
    "none": _p("ledger", "One value, no side"),
    "both": _p("ledger", "Right and left"),
    "R": _p("ledger", "Right only"),
    "L": _p("ledger", "Left only"),
}
BAND_WORDS: Final[dict[str, Promise]] = {
    "0-28d": _p("age band", "under 28 days"),
    "1-3m": _p("age band", "28 days to 3 months"),
    "3-6m": _p("age band", "3 to 6 months"),
    "6-12m": _p("age band", "6 to 12 months"),
    "1-2y": _p("age band", "1 to 2 years"),
    "2-4y": _p("age band", "2 to 4 years"),
    "4-6y": _p("age band", "4 to 6 years"),
    "6-10y": _p("age band", "6 to 10 years"),
    "10-14y": _p("age band", "10 to 14 years"),
    "14-21y": _p("age band", "14 years and older"),
}
_HISTORY: Final[dict[str, Promise]] = {
    "table": _("entered values from a table"),
    "to-measure": _("to be measured: %(measure)s"),
    "measured": _("measured: %(measure)s"),
    "adjudicated": _("decided between the readers: %(measure)s"),
    "quality-passed": _("let it through the quality gate: %(measure)s"),
    "quality-failed": _("stopped it at the quality gate: %(measure)s"),
    "withdrawn": _("withdrew the child"),
}

FAULTS: Final = frozenset(
    {
        fixed("The row has more cells than the heading has columns."),
        fixed("Row %(row)s of this file gives the same value of the same child."),
        fixed("%(column)s: row %(row)s says something else about the same child."),
        fixed("%(column)s: nothing is given."),
        fixed("%(column)s: “%(value)s” is not one of the words known here."),
        fixed("%(column)s: “%(value)s” is not a day; write it as 2026-03-01."),
        fixed("%(column)s: “%(value)s” is not a number."),
        fixed("%(column)s: longer than %(most)s characters."),
        fixed("Neither the date of birth nor the age is known."),
        fixed("The child's sex is not known; a norm needs it."),
        fixed("“%(value)s” is no sex here: write F or M, for 1 and 2 mean either."),
        fixed("The age lies before birth."),
        fixed("The person is %(years)s years old; the ledger ends at %(most)s."),
        fixed(
            "The age given, %(given)s days, is not the %(found)s days between birth and"
            " measurement."
        ),
        fixed("%(column)s: the day lies in the future."),
        fixed("“%(value)s” is no gestation at birth from 22 to 44 weeks; write it as 38+2."),
        fixed(
            "The gestation at birth is not known, so norms by corrected age leave the child out."
        ),
        fixed("The height must lie between 20 and 230 cm."),
        fixed("The weight must lie between 0.3 and 250 kg."),
        fixed("The number %(label)s is another child's."),
        fixed("The child stands in the ledger already, as %(label)s."),
        fixed("%(column)s: the ledger says something else about the child %(label)s."),
        fixed("%(label)s has the same date of birth and sex; make sure that it is another child."),
        fixed(
            "The child was withdrawn from the ledger; it comes back with a consent given after"
            " that."
        ),
        fixed("A volunteer needs the guardian's consent."),
        fixed("Give the day of the consent."),
        fixed("The day of the consent lies in the future."),
        fixed("The consent was given after the measurement."),
        fixed("Give the number of the ethics committee's decision that waives the consent."),
        fixed("Give the number of the signed consent form."),
        fixed("There is no inclusion rule “%(value)s”; write it as code@version."),
        fixed("The inclusion rule %(value)s takes no more children."),
        fixed("The route is %(given)s, but the inclusion rule is for %(wanted)s."),
        fixed("There is no hospital with the code %(value)s."),
        fixed("The row is about another hospital, %(value)s."),
        fixed("“%(value)s” is no measure known here."),
        fixed("“%(given)s” is no unit of this measure, which is in %(wanted)s."),
        fixed("%(column)s: %(value)s %(unit)s is not possible in a child (%(low)s to %(high)s)."),
        fixed("“%(value)s” is no side: write R, L or nothing."),
        fixed("Say with which tool it is measured."),
        fixed("%(column)s: a value needs its reader."),
        fixed("Both values are of one reader; the second must be another person."),
        fixed("Say why the examination did not pass."),
        fixed("There is a second value without a first."),
        fixed("The ledger has this value of this child already."),
        fixed("Choose at least one measure."),
        fixed("A question was asked about this study; make sure that the child counts as normal."),
        fixed("Value"),
        # the file as a whole
        fixed("The file has more than 5,000 rows."),
        # rules
        fixed("A rule's code has 3 to 40 small letters, digits and hyphens."),
        fixed("Choose whether children are volunteers or from routine examinations."),
        fixed("Give the rule a title and say in words who counts as normal."),
        fixed("Title and source have at most 200 characters."),
        fixed("A limit is written as measure = number, in the measure's unit."),
        fixed("Say how many percent two readers may lie apart."),
        fixed("A limit lies above zero."),
        fixed("A new version keeps its route; children of two routes are never mixed."),
        fixed("This code belongs to a rule of another hospital."),
        fixed("There is no such inclusion rule."),
        # reading, quality, withdrawal
        fixed("You have measured this already."),
        fixed("Two readers have measured this already."),
        fixed("The readers do not differ here, or a third person has decided."),
        fixed("A third person decides, not one of the two readers."),
        fixed("You brought the first value in a table; somebody else measures again."),
        fixed("The child was withdrawn from the ledger."),
        fixed("The examination did not pass the quality gate; nobody measures on it."),
        fixed("Say whether the examination passes the quality gate."),
        fixed("Say why the child is withdrawn."),
        fixed("The child was withdrawn before."),
        fixed("The ledger has changed since; look at the rows again."),
        # rights and what is not there
        fixed(
            "The ledger of normal children is for researchers, experts, technologists and "
            "administrators of the hospital."
        ),
        fixed("Researchers and administrators look after the ledger."),
        fixed("Experts, researchers and technologists measure normal children."),
        fixed("There is no such child in the ledger."),
        fixed("There is no such value in the ledger."),
    }
)
"""Sentences of the ledger that are message ids as they stand."""

_HEADINGS: Final = {one.en: one for one in COLUMNS}


def column_words(one: Column) -> str:
    """Return a column's heading in the reader's language."""
    return one.zh if in_chinese() else one.en


def told_fault(one: Fault) -> str:
    """Return what is wrong with a line in the reader's language."""
    values = dict(one.values)
    if "column" in values:
        english = values["column"]
        heading = _HEADINGS.get(english)
        values["column"] = column_words(heading) if heading else gettext(english)
    for key in ("given", "wanted"):
        if values.get(key) in ROUTE_WORDS:
            values[key] = str(ROUTE_WORDS[values[key]])
    return gettext(SENTENCES[one.code]) % values


def told_refusals(error: TongyingError) -> list[str]:
    """Return everything that a refusal says, in the reader's language."""
    if isinstance(error, LedgerRefused):
        return list(dict.fromkeys(told_fault(one) for one in error.faults))
    return [told(error)]


def history_words(event: AuditEvent, names: dict[str, Measure]) -> str:
    """Say what somebody did to a child of the ledger; never a value."""
    words = _HISTORY.get(event.detail.get("what", ""))
    if words is None or (event.action is Action.CREATE and event.detail.get("what") != "table"):
        return event_words(event)
    measure = names.get(event.detail.get("measure", ""))
    said = measure_name(measure) if measure else ""
    side = event.detail.get("side", "")
    return str(words) % {"measure": f"{said} ({SIDE_WORDS[side]})" if side else said}
