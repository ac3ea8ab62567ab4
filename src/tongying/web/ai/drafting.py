"""Putting drafted lines into the opinion that somebody writes, and confirming them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar, Final

from django.db import transaction

from tongying.consult.desk import Act, Opinion
from tongying.consult.draft_mark import marked, marked_lines, unmarked, without_marks
from tongying.consult.people import Viewer
from tongying.consult.states import Move
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import Conflict
from tongying.web import now as clock
from tongying.web.ai.models import StepEvent
from tongying.web.cases import store
from tongying.web.cases.models import CaseRow
from tongying.web.trail import store as trail

FIELDS: Final = {"findings": "findings", "impression": "answer", "advice": "advice"}
"""Part of a draft -> field of the opinion."""


class NothingToDraft(Conflict):
    """No result was accepted that could be put into the opinion, or all of them stand there."""

    code: ClassVar[str] = "ai.nothing-to-draft"


class NothingToConfirm(Conflict):
    """The opinion holds no drafted lines."""

    code: ClassVar[str] = "ai.nothing-to-confirm"


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line for an opinion.

    Attributes
    ----------
    part : str
        findings, impression or advice.
    text : str
        In the viewer's language.
    run : str
        Code of the run it follows from.
    """

    part: str
    text: str
    run: str


def put_draft(viewer: Viewer, case: int, lines: Sequence[DraftLine], language: str) -> int:
    """Add lines to the opinion that the viewer writes, each marked; return how many were added.

    A line that stands there, marked or confirmed, is not added again.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    NotYours, OutOfPlace
        If the viewer writes no opinion on it now.
    NothingToDraft
        If there is nothing to add.
    StaleRevision
        If the opinion changed in the same moment.
    """
    view = store.show(viewer, case)
    texts = asdict(view.draft)
    standing = {name: unmarked(text) for name, text in texts.items()}
    added = []
    for line in lines:
        name = FIELDS.get(line.part, "findings")
        text = " ".join(line.text.split())
        if text and text not in standing[name]:
            texts[name] = f"{texts[name].rstrip()}\n{marked(text, language)}".strip()
            standing[name] += text
            added.append(line)
    if not added:
        raise NothingToDraft("Nothing was accepted that does not stand in the opinion already.")
    with transaction.atomic():
        _write(viewer, case, Opinion(**texts), view.revision)
        _note(viewer, case, "drafted", sorted({line.run for line in added}))
    return len(added)


def confirm_draft(viewer: Viewer, case: int) -> int:
    """Take the marks off the lines that the viewer has checked; return how many there were.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    NotYours, OutOfPlace
        If the viewer writes no opinion on it now.
    NothingToConfirm
        If no line is marked.
    StaleRevision
        If the opinion changed in the same moment.
    """
    view = store.show(viewer, case)
    count = marked_lines(view.draft)
    if not count:
        raise NothingToConfirm("The opinion holds no drafted lines.")
    with transaction.atomic():
        _write(viewer, case, without_marks(view.draft), view.revision)
        _note(viewer, case, "confirmed", [])
    return count


def _write(viewer: Viewer, case: int, opinion: Opinion, revision: int) -> None:
    store.act(viewer, case, Act(Move.WRITE, opinion=opinion), revision=revision)


def _note(viewer: Viewer, case: int, what: str, runs: list[str]) -> None:
    row = CaseRow.objects.get(pk=case)
    study = row.studies.select_related("study").get(prior=False).study
    now = clock.now()
    told = {"what": what, "reader": viewer.login, "runs": runs}
    StepEvent.objects.create(study=study, at=now, kind="reviewed", what=told)
    detail = {"what": f"ai-{what}", "runs": str(len(runs))}
    event = AuditEvent(
        now, viewer.login, Action.UPDATE, "study", study.uid, study.hospital_id, detail
    )
    trail.append([event])
