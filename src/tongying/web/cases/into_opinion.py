"""Carrying a text, as a measurement's sentence, into the opinion that somebody is writing."""

from __future__ import annotations

from dataclasses import asdict

from django.db.models import Q

from tongying.consult.desk import Act, Opinion, may_move
from tongying.consult.people import Role, Viewer
from tongying.consult.states import Move
from tongying.web.cases import store
from tongying.web.cases.rows import case_of
from tongying.web.records.visible import cases_for


def opinion_being_written(viewer: Viewer, among: Q, *, rather: int | None = None) -> int | None:
    """Return the case whose opinion the viewer is writing, or None.

    Parameters
    ----------
    viewer : Viewer
    among : Q
        Which cases come into question, as a condition on their rows.
    rather : int, optional
        The case to take where several do; else the newest.
    """
    if viewer.role is not Role.EXPERT:
        return None
    mine = cases_for(viewer).filter(among, assignee_id=viewer.user).distinct()
    found = [one.pk for one in mine if may_move(viewer, case_of(one), Move.WRITE)]
    found.sort(key=lambda number: (number != rather, -number))
    return found[0] if found else None


def add_to_findings(viewer: Viewer, case: int, text: str) -> None:
    """Add a text to the findings that the viewer writes; one that stands there is not added again.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    NotYours, OutOfPlace
        If the viewer writes no opinion on it now.
    StaleRevision
        If the opinion changed in the same moment.
    """
    view = store.show(viewer, case)
    draft = view.draft
    if text.strip() in draft.findings:
        return
    findings = f"{draft.findings.rstrip()}\n{text.strip()}".strip()
    written = Opinion(**(asdict(draft) | {"findings": findings}))
    store.act(viewer, case, Act(Move.WRITE, opinion=written), revision=view.revision)
