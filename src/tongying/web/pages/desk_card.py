"""The desk's card on the case page: whom the plan proposes, in words why, and everybody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from tongying.consult.assignment import Placement
from tongying.consult.people import Viewer
from tongying.consult.specialty import Specialty, suggested_specialty
from tongying.web import now as clock
from tongying.web.cases.shown import CaseView, ShownMember
from tongying.web.desk.plan import Candidate, proposal_for
from tongying.web.pages.sentences import said
from tongying.web.pages.words import OBSTACLE_WORDS, SPECIALTY_WORDS

_PLAIN: Final[dict[str, Promise]] = {
    "accepted": pgettext_lazy("why", "is reading it"),
    "waiting": pgettext_lazy("why", "waits for county data"),
    "kept": pgettext_lazy("why", "has it already"),
    "only-one": pgettext_lazy("why", "the only one who can"),
    "on-duty": pgettext_lazy("why", "on duty"),
    "on-call": pgettext_lazy("why", "on call"),
    "duty-unknown": pgettext_lazy("why", "no roster on record"),
    "free-now": pgettext_lazy("why", "free now"),
    "licence-unknown": pgettext_lazy("why", "no licence on record"),
    "specialty-unknown": pgettext_lazy("why", "the field is not known"),
    "modality-unknown": pgettext_lazy("why", "the images they read are not on record"),
    "claimed": pgettext_lazy("why", "took it"),
}
_WITH_VALUE: Final[dict[str, Promise]] = {
    "modality": pgettext_lazy("why", "reads %(value)s"),
    "free-at": pgettext_lazy("why", "free at %(value)s"),
    "off-duty-until": pgettext_lazy("why", "off duty until %(value)s"),
    "lightest-load": pgettext_lazy("why", "reading fewest (%(value)s)"),
    "pace": pgettext_lazy("why", "usually %(value)s min a case"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One expert on the card."""

    member: ShownMember
    open_cases: int
    proposed: bool
    barred: bool
    obstacles: str


@dataclass(frozen=True, slots=True)
class DeskCard:
    """What the card shows.

    Attributes
    ----------
    why : str
        Why the proposed expert, in words; empty where nobody is proposed.
    expected : str
        When the opinion is expected, and whether that is late; empty where nobody is proposed.
    late : bool
        Whether the opinion is expected after its deadline.
    refusal : str
        Why the case cannot be given to anybody at all; empty otherwise.
    lines : tuple of Line
    specialties : tuple of (str, str)
        The fields to choose from, each with its word.
    specialty : str
        The one chosen, or suggested from the words of the question.
    suggested : bool
        Whether it is only suggested.
    """

    why: str
    expected: str
    late: bool
    refusal: str
    lines: tuple[Line, ...]
    specialties: tuple[tuple[str, str], ...]
    specialty: str
    suggested: bool


def desk_card(viewer: Viewer, view: CaseView) -> DeskCard:
    """Return the desk's card of a case."""
    proposal = proposal_for(viewer, view.case.id, clock.now())
    placement = proposal.placement
    chosen = view.case.question.specialty
    guessed = None if chosen else suggestion(view)
    return DeskCard(
        why="" if placement is None else why_words(placement.why),
        expected="" if placement is None else _expected(placement),
        late=placement is not None and placement.late_probability > _LIKELY,
        refusal=said(proposal.refusal),
        lines=tuple(_line(one) for one in proposal.candidates),
        specialties=specialty_choices(),
        specialty=(chosen or guessed or ""),
        suggested=guessed is not None,
    )


_LIKELY: Final = 0.5


def suggestion(view: CaseView) -> Specialty | None:
    """Return the field that the words of a question speak for."""
    question = view.case.question
    studies = " ".join(one.description for one in view.studies if not one.prior)
    return suggested_specialty(f"{question.text} {question.provisional_diagnosis} {studies}")


def specialty_choices() -> tuple[tuple[str, str], ...]:
    """Return the fields to choose from, each with its word."""
    return tuple((one.value, str(word)) for one, word in SPECIALTY_WORDS.items())


def why_words(keys: tuple[str, ...] | list[str]) -> str:
    """Return the plan's reasons in words, in their order."""
    return " · ".join(word for key in keys if (word := _word(key)))


def _word(key: str) -> str:
    name, _colon, value = key.partition(":")
    if name in _PLAIN:
        return str(_PLAIN[name])
    if name == "specialty" and value in set(Specialty):
        field = SPECIALTY_WORDS[Specialty(value)]
        return pgettext("why", "works in %(value)s") % {"value": field}
    if name in _WITH_VALUE:
        return str(_WITH_VALUE[name]) % {"value": value}
    return ""


def _expected(placement: Placement) -> str:
    at = timezone.localtime(placement.finishes_at)
    today = timezone.localtime(clock.now()).date()
    moment = f"{at:%H:%M}" if at.date() == today else f"{at:%m-%d %H:%M}"
    return _("Opinion expected about %(at)s.") % {"at": moment}


def _line(one: Candidate) -> Line:
    return Line(
        member=one.member,
        open_cases=one.open_cases,
        proposed=one.proposed,
        barred=one.barred,
        obstacles=" · ".join(str(OBSTACLE_WORDS[obstacle]) for obstacle in one.obstacles),
    )
