"""Which workitems exist for a viewer: those of the cases they see, and their hospital's own."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from tongying.consult.people import Role, Viewer
from tongying.web.records.visible import cases_for
from tongying.web.workitems.models import WorkItem


def items_for(viewer: Viewer) -> QuerySet[WorkItem]:
    """Return the workitems that exist for a viewer."""
    if viewer.role is Role.VENDOR:
        return WorkItem.objects.none()
    own = Q(case=None, hospital_id=viewer.hospital)
    return WorkItem.objects.filter(own | Q(case__in=cases_for(viewer)))
