"""The step "opened": the expert has the images of their case in front of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from tongying.consult.desk import Act
from tongying.consult.people import Role, Viewer
from tongying.consult.states import Move, State
from tongying.kernel.errors import Conflict, NotFound
from tongying.web.cases import store
from tongying.web.cases.models import CaseRow


def note_opened(viewer: Viewer, study_uids: Iterable[str]) -> None:
    """Record, once a case, that its expert opened the images.

    Parameters
    ----------
    viewer : Viewer
    study_uids : iterable of str
        The studies that the viewer's page is asked to show.
    """
    if viewer.role is not Role.EXPERT:
        return
    cases = CaseRow.objects.filter(
        assignee_id=viewer.user,
        state=State.READING.value,
        opened_at=None,
        studies__study__uid__in=list(study_uids),
        studies__prior=False,
    )
    for case_id in cases.values_list("pk", flat=True).distinct():
        # Somebody may have moved the case this instant; then there is nothing to record.
        with contextlib.suppress(Conflict, NotFound):
            store.act(viewer, case_id, Act(Move.OPEN))
