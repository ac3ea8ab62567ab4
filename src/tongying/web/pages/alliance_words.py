"""The clinic's words for the alliance: tiers, duties, validity, columns, and what is wrong."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as fixed
from django.utils.translation import pgettext_lazy as _p

from tongying.consult.agreement import SubAlliance, Tier
from tongying.consult.alliance_faults import SENTENCES, Fault
from tongying.consult.alliance_import.columns import COLUMNS, Kind
from tongying.consult.alliance_import.fields import DAYS_OF
from tongying.consult.alliance_import.outcome import Outcome
from tongying.consult.roster import Duty
from tongying.kernel.sheet import Column
from tongying.web.alliance.directory import Validity
from tongying.web.pages.words import in_chinese

TIER_WORDS: Final[dict[Tier, Promise]] = {
    Tier.LEADING: _p("tier", "Leading"),
    Tier.REGIONAL: _p("tier", "Regional"),
    Tier.COUNTY: _p("tier", "County"),
    Tier.TOWNSHIP: _p("tier", "Township"),
}

SUB_ALLIANCE_WORDS: Final[dict[SubAlliance, Promise]] = {
    SubAlliance.IMAGING: _p("sub-alliance", "Imaging"),
    SubAlliance.NUCLEAR: _p("sub-alliance", "Nuclear medicine"),
}

DUTY_WORDS: Final[dict[Duty, Promise]] = {
    Duty.DESK: _p("duty", "At the desk"),
    Duty.ON_CALL: _p("duty", "On call"),
}

VALIDITY_WORDS: Final[dict[Validity, Promise]] = {
    Validity.VALID: _p("validity", "Valid"),
    Validity.SOON: _p("validity", "Ends soon"),
    Validity.EXPIRED: _p("validity", "Expired"),
    Validity.LATER: _p("validity", "Not yet valid"),
    Validity.NONE: _p("validity", "None on record"),
}
VALIDITY_TONES: Final[dict[Validity, str]] = {
    Validity.VALID: "green",
    Validity.SOON: "amber",
    Validity.EXPIRED: "red",
    Validity.LATER: "amber",
}

OUTCOME_WORDS: Final[dict[Outcome, Promise]] = {
    Outcome.ADDED: _p("row", "Added"),
    Outcome.CHANGED: _p("row", "Changed"),
    Outcome.UNCHANGED: _p("row", "Unchanged"),
    Outcome.REFUSED: _p("row", "Refused"),
}
OUTCOME_TONES: Final[dict[Outcome, str]] = {
    Outcome.ADDED: "green",
    Outcome.CHANGED: "blue",
    Outcome.REFUSED: "red",
}

KIND_WORDS: Final[dict[Kind, Promise]] = {
    Kind.HOSPITALS: _p("list", "Hospitals"),
    Kind.MEMBERS: _p("list", "Members"),
    Kind.AGREEMENTS: _p("list", "Agreements"),
    Kind.SHIFTS: _p("list", "Shifts"),
}
KIND_HELP: Final[dict[Kind, Promise]] = {
    Kind.HOSPITALS: _("Profile and place in the tree of every hospital of the alliance."),
    Kind.MEMBERS: _("Members of your hospital; new ones cannot log in before they get a password."),
    Kind.AGREEMENTS: _("Who answers for whom, from when until when, for what."),
    Kind.SHIFTS: _("Duty roster of your hospital; nobody has two shifts at once."),
}

WEEKDAYS: Final = (
    _p("weekday", "Mon"),
    _p("weekday", "Tue"),
    _p("weekday", "Wed"),
    _p("weekday", "Thu"),
    _p("weekday", "Fri"),
    _p("weekday", "Sat"),
    _p("weekday", "Sun"),
)

FAULTS: Final = frozenset(
    {
        fixed("The row has more cells than the heading has columns."),
        fixed("Row %(row)s of this file is about the same one; keep one of the two."),
        fixed("The row is about another hospital, %(code)s, which is not yours to change."),
        fixed("%(column)s: nothing is given."),
        fixed("%(column)s: “%(value)s” is not one of the words known here."),
        fixed("%(column)s: “%(value)s” is not a day; write it as 2026-03-01."),
        fixed("%(column)s: “%(value)s” is not a time; write it as 2026-03-01 08:00."),
        fixed("%(column)s: “%(value)s” is not a whole number from %(least)s to %(most)s."),
        fixed("%(column)s: “%(value)s” is not an age; write it as 28 天, 6 月 or 14 岁."),
        fixed("%(column)s: “%(value)s” are no opening hours; write them as 周一-周五 08:00-17:00."),
        fixed("%(column)s: “%(value)s” is not an e-mail address."),
        fixed("%(column)s: longer than %(most)s characters."),
        fixed("The hospital code “%(code)s” must be 1 to 31 capital letters, digits, _ or -."),
        fixed("There is no hospital with the code %(code)s."),
        fixed("There is no hospital with the code %(code)s to stand above it."),
        fixed("%(code)s would stand above itself in the tree."),
        fixed("%(parent)s must stand at a higher tier than %(code)s, which is below it."),
        fixed("The AE title “%(title)s” must be 1 to 16 capital letters, digits, _ . or -."),
        fixed("The AE title %(title)s is taken."),
        fixed("The log-in name “%(login)s” must be 2 to 64 small letters, digits, . _ or -."),
        fixed("There is no member with the log-in name %(login)s."),
        fixed("The account %(login)s is deactivated."),
        fixed("The log-in name %(login)s belongs to a member of another hospital."),
        fixed("Your own role is changed by another administrator."),
        fixed("A licence has both a number and a last valid day."),
        fixed("An expert needs a licence number."),
        fixed("%(login)s cannot be assigned: the licence expired on %(day)s."),
        fixed("The youngest age lies above the oldest."),
        fixed("An agreement must not end before it begins."),
        fixed("A hospital needs no agreement with itself."),
        fixed("An agreement must cover imaging, nuclear medicine or both."),
        fixed("%(code)s does not take questions from other hospitals."),
        fixed("Nothing can be assigned under it: it expired on %(day)s."),
        fixed("A shift must end after it begins."),
        fixed("A shift must not last longer than 36 hours."),
        fixed("It overlaps a shift of %(login)s on the roster, %(begins)s to %(ends)s."),
        fixed("It overlaps the shift of %(login)s in row %(row)s of this file."),
        # the file as a whole
        fixed("The file is larger than 1.5 MB."),
        fixed("The file is not a CSV table: a quotation mark is not closed."),
        fixed("The file is empty: its first row must be the headings."),
        fixed("The file has headings and no rows."),
        fixed("The file has more than 20,000 rows."),
        fixed("The file is not text; save the table as CSV."),
        fixed("The file is neither UTF-8 nor GB18030 text."),
        # rights and what is not there
        fixed("Hospitals and agreements are looked after by the leading hospital's office."),
        fixed("A hospital's own administrator looks after its members."),
        fixed("A hospital's own coordinator or administrator makes its roster."),
        fixed("A roster is read in its own hospital."),
        fixed("There is no such agreement."),
        fixed("There is no such shift."),
        fixed("There is no such member in your hospital."),
        fixed("The opening hours cannot be read."),
    }
)
"""Sentences of the alliance that are message ids as they stand."""

_HEADINGS: Final = {one.en: one for columns in COLUMNS.values() for one in columns}


def told_fault(fault: Fault) -> str:
    """Say in the reader's language what is wrong with a line of the books."""
    values = {
        name: heading(_HEADINGS[value]) if name == "column" and value in _HEADINGS else value
        for name, value in fault.values
    }
    return gettext(SENTENCES[fault.code]) % values


def heading(column: Column) -> str:
    """Return a column's heading in the reader's language."""
    return column.zh if in_chinese() else column.en


def days_text(days: int | None) -> str:
    """Write an age in days with the largest unit that says it exactly; empty for none.

    Months and years are mean ones, as the files read them.
    """
    if days is None:
        return ""
    for unit in ("岁", "月"):
        length = DAYS_OF[unit]
        count = round(days / length)
        if count and int(count * length) == days:
            return f"{count} {unit}"
    return f"{days} 天"


def limit_words(days: int | None) -> str:
    """Say an age limit in the reader's language; empty for none."""
    text = days_text(days)
    if in_chinese() or not text:
        return text.replace(" ", "")
    count, _space, unit = text.partition(" ")
    return f"{count} {_UNITS[unit]}"


_UNITS: Final = {"岁": "y", "月": "mo", "天": "d"}
