"""Cases from before there were workitems get theirs."""

from django.db import migrations

from tongying.kernel.ids import new_uid

STATES = {
    "submitted": "SCHEDULED",
    "returned": "SCHEDULED",
    "assigned": "SCHEDULED",
    "reading": "IN PROGRESS",
    "waiting": "IN PROGRESS",
    "signed": "COMPLETED",
    "acknowledged": "COMPLETED",
    "withdrawn": "CANCELED",
    "refused": "CANCELED",
}
"""As the states were when this was written."""


def give_steps(apps, schema_editor):
    """Make the workitem of every case that is beyond a draft and has none."""
    rows = apps.get_model("cases", "CaseRow").objects.filter(state__in=STATES, workitems=None)
    items = apps.get_model("workitems", "WorkItem")
    for row in rows.iterator(chunk_size=500):
        state = STATES[row.state]
        started = state in ("IN PROGRESS", "COMPLETED")
        items.objects.create(
            uid=new_uid(),
            case=row,
            hospital_id=row.answering_id,
            state=state,
            performer_id=row.assignee_id if started else None,
            created_by_id=row.author_id,
            created_at=row.submitted_at or row.created_at,
            changed_at=row.changed_at,
            started_at=(row.accepted_at or row.changed_at) if started else None,
            ended_at=(row.signed_at or row.closed_at or row.changed_at)
            if state in ("COMPLETED", "CANCELED")
            else None,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_clocks"),
        ("workitems", "0002_replaced"),
    ]

    operations = [migrations.RunPython(give_steps, migrations.RunPython.noop)]
