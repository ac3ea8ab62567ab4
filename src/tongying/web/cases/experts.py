"""Who could answer a case: the simple rule of this version."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from tongying.consult.desk import CaseNotFound
from tongying.consult.people import Role, Viewer
from tongying.consult.states import TERMINAL, State
from tongying.web.cases.rows import shown_member
from tongying.web.cases.shown import ShownMember
from tongying.web.people.models import Member
from tongying.web.records.visible import cases_for

_OPEN = [state.value for state in State if state not in TERMINAL]


@dataclass(frozen=True, slots=True)
class ExpertChoice:
    """An expert who could answer."""

    member: ShownMember
    open_cases: int
    suggested: bool
    why: str


def experts_for(viewer: Viewer, case_id: int) -> tuple[ExpertChoice, ...]:
    """Return the experts who could answer a case, the suggested one first.

    The simple rule of this version: an expert whose sub-specialty is named in the question or
    provisional diagnosis goes first, then the one with the fewest open cases.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    """
    row = cases_for(viewer).filter(pk=case_id).first()
    if row is None:
        raise CaseNotFound("There is no such case.")
    text = f"{row.text} {row.provisional_diagnosis} {row.history}"
    experts = (
        Member.objects.filter(hospital_id=row.answering_id, role=Role.EXPERT.value, is_active=True)
        .select_related("hospital")
        .annotate(load=Count("assigned", filter=Q(assigned__state__in=_OPEN)))
    )
    ranked = sorted(
        (
            (not _speaks_of(member.sub_specialty, text), member.load, member.name, member)
            for member in experts
        ),
        key=lambda entry: entry[:3],
    )
    choices = []
    for place, (foreign, load, _, member) in enumerate(ranked):
        why = f"{member.sub_specialty} · " if member.sub_specialty and not foreign else ""
        choices.append(ExpertChoice(shown_member(member), load, place == 0, f"{why}{load}"))
    return tuple(choices)


def _speaks_of(sub_specialty: str, text: str) -> bool:
    """Say whether any word of a sub-specialty stands in a text."""
    words = sub_specialty.replace("/", " ").replace("、", " ").split()
    return any(word in text for word in words)
