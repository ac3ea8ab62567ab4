"""The section of measurements on a case and a study: what it shows and where its buttons lead."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from tongying.consult.people import Viewer
from tongying.web.cases.shown import CaseView
from tongying.web.measurements.store import (
    may_enter,
    measurements_of_case,
    measurements_of_study,
)


def measure_url(viewer: Viewer, **where: str | int) -> str:
    """Return the address of the form for a place; empty for who enters no measurements."""
    return f"{reverse('measurement-new')}?{urlencode(where)}" if may_enter(viewer) else ""


def quick_url(viewer: Viewer, **where: str | int) -> str:
    """Return the address of the quick measuring page; empty for who enters no measurements."""
    return f"{reverse('measuring')}?{urlencode(where)}" if may_enter(viewer) else ""


def measured_in_case(viewer: Viewer, view: CaseView) -> dict[str, Any]:
    """Return the context of the section on a case."""
    subject = next((study.uid for study in view.studies if not study.prior), "")
    where: dict[str, str | int] = {"case": view.case.id}
    return {
        "measured": measurements_of_case(viewer, view.case.id),
        "measure_url": measure_url(viewer, **where, **({"study": subject} if subject else {})),
        "quick_url": quick_url(viewer, **where, **({"study": subject} if subject else {})),
        "measures_of": view.child.id,
        "back": where,
    }


def measured_on_study(viewer: Viewer, uid: str, child: int | None) -> dict[str, Any]:
    """Return the context of the section on a study; `child` is whose it is, None for twins."""
    return {
        "measured": measurements_of_study(viewer, uid),
        "measure_url": measure_url(viewer, study=uid),
        "quick_url": quick_url(viewer, study=uid),
        "measures_of": child,
        "back": {"study": uid},
    }
