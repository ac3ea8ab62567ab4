"""Writing the structured answers as sentences into the opinion that somebody writes."""

from __future__ import annotations

from typing import ClassVar

from tongying.consult.people import Viewer
from tongying.kernel.errors import Conflict
from tongying.pathway.definition import Language
from tongying.pathway.report import sentences
from tongying.web.cases import store as cases
from tongying.web.cases.into_opinion import add_to_findings
from tongying.web.pathways.answering import NoPathway
from tongying.web.pathways.standing import standing_of


class NothingAnswered(Conflict):
    """There is no answer yet that could be written."""

    code: ClassVar[str] = "pathway.nothing-answered"


def insert_answers(viewer: Viewer, case: int, language: Language) -> str:
    """Add what is answered to the findings the viewer writes, and return what was added.

    A line that stands there already is not added again; what the viewer wrote is never changed.

    Parameters
    ----------
    viewer : Viewer
    case : int
    language : Language

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    NoPathway
        If the case follows none.
    NothingAnswered
        If nothing is answered yet.
    MoveNotYours, MoveOutOfPlace
        If the viewer writes no opinion on it now.
    StaleRevision
        If the opinion changed in the same moment.
    """
    standing = standing_of(viewer, case)
    if standing is None:
        raise NoPathway("This case follows no pathway.")
    told = standing.told
    text = sentences(standing.pathway, told.answers, language, told.child)
    if not text.strip():
        raise NothingAnswered("Nothing is answered yet that could be written.")
    there = set(cases.show(viewer, case).draft.findings.splitlines())
    text = "\n".join(line for line in text.splitlines() if line not in there)
    if text:
        add_to_findings(viewer, case, text)
    return text
