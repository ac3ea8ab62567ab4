"""Who may see what: the one rule. The web's queries are its twin and are tested against it."""

from __future__ import annotations

from collections.abc import Iterable

from tongying.consult.case import Case
from tongying.consult.people import Relation, Role, Viewer
from tongying.consult.states import PRIVATE, State
from tongying.kernel.ids import HospitalCode


def relations(viewer: Viewer, case: Case) -> frozenset[Relation]:
    """Return how a viewer stands to a case; empty means that the case does not exist for them.

    A private case (a draft) is its author's alone. Afterwards the asking hospital's members read it
    and its requesters move it; the answering hospital's coordinators are its desk; the assignee
    answers while they are an expert. An expert to whom an unassigned case is offered, an expert
    invited to its panel, and at the hospital that receives the child the coordinators and the named
    doctor see it too. A role elsewhere gives nothing, and to a vendor no case exists anywhere.
    """
    if viewer.role is Role.VENDOR:
        return frozenset()
    found: set[Relation] = set()
    if viewer.hospital == case.asking:
        if case.is_author(viewer):
            found.update((Relation.AUTHOR, Relation.ASKING))
        elif case.state not in PRIVATE:
            found.add(Relation.ASKING if viewer.role is Role.REQUESTER else Relation.COLLEAGUE)
    if case.state in PRIVATE:
        return frozenset(found)
    if viewer.hospital == case.answering and viewer.role is Role.COORDINATOR:
        found.add(Relation.DESK)
    assigned = case.assignee is not None and viewer.user == case.assignee
    if assigned and viewer.role is Role.EXPERT:
        found.add(Relation.ASSIGNEE)
    if case.state is State.SUBMITTED and viewer.role is Role.EXPERT and viewer.user in case.offered:
        found.add(Relation.OFFERED)
    if viewer.user in case.panellists and viewer.role is Role.EXPERT:
        found.add(Relation.PANELLIST)
    receives = viewer.hospital in case.receiving and viewer.role is Role.COORDINATOR
    named = viewer.user in case.receivers and viewer.role is Role.EXPERT
    if receives or named:
        found.add(Relation.RECEIVING)
    return frozenset(found)


def may_see_case(viewer: Viewer, case: Case) -> bool:
    """Say whether the case exists for the viewer."""
    return bool(relations(viewer, case))


def may_see_study(viewer: Viewer, owner: HospitalCode, cases: Iterable[Case]) -> bool:
    """Say whether a study exists for the viewer.

    Parameters
    ----------
    viewer : Viewer
    owner : HospitalCode
        The hospital whose study it is.
    cases : iterable of Case
        The cases that show this study (as their subject or as a prior).
    """
    if viewer.role is Role.VENDOR:
        return False
    return viewer.hospital == owner or any(may_see_case(viewer, case) for case in cases)
