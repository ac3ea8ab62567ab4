"""What is known of a case besides its question, for the completeness rule."""

from __future__ import annotations

from django.db.models import Sum

from tongying.consult.completeness import Facts
from tongying.web.cases.models import CaseRow


def facts_of(row: CaseRow) -> Facts:
    """Return the facts the completeness of a case depends on."""
    images = row.studies.filter(prior=False).aggregate(images=Sum("study__instance_count"))
    return Facts(
        birth_date=row.child.birth_date,
        sex=row.child.sex or None,
        images=images["images"] or 0,
        key_images=row.key_images.count(),
    )
