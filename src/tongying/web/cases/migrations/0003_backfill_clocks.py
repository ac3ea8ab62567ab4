"""Fill the clocks of cases that were there before the clocks from their timelines.

What is written here is how the clocks followed a move when this migration was made; it must not
follow later rules.
"""

from datetime import timedelta

from django.db import migrations, models
from django.utils import timezone

STOPPED = ("returned", "waiting")
CLOSED = ("withdrawn", "refused")
WITHIN_HOURS = {"emergency": 1, "urgent": 4, "routine": 6}
OPEN = ("submitted", "returned", "assigned", "reading", "waiting", "signed")


def fill(apps, schema_editor):
    cases = apps.get_model("cases", "CaseRow").objects
    pauses = apps.get_model("desk", "PauseRow").objects
    now = timezone.now()
    sent = cases.exclude(submitted_at=None).exclude(state__in=["draft", "discarded"])
    for number in list(sent.values_list("pk", flat=True)):
        case = cases.get(pk=number)
        if case.round or case.complete_at or pauses.filter(case=case).exists():
            continue  # the clocks have followed it already
        for event in case.events.order_by("at", "pk"):
            _follow(case, event)
            _pause(pauses, case, event)
        if case.urgency in WITHIN_HOURS:
            allowed = timedelta(hours=WITHIN_HOURS[case.urgency], seconds=case.paused_seconds)
            case.due_at = case.submitted_at + allowed
        # The first sweep looks at every open case and sets when to look again.
        case.wake_at = now if case.state in OPEN else None
        case.save()


def _follow(case, event):
    at = event.at
    if event.move == "assign":
        case.complete_at = case.complete_at or at
        case.assigned_at, case.accepted_at, case.opened_at = at, None, None
        case.round += 1
    elif event.move == "decline":
        case.assigned_at = case.accepted_at = case.opened_at = None
        case.given_back_at = at
        case.round += 1
    elif event.move == "accept":
        case.accepted_at = at
    elif event.move == "sign":
        case.opened_at = case.opened_at or at
        case.signed_at = at
    elif event.move == "amend":
        case.amended_at, case.acknowledged_at = at, None
        case.round += 1
    elif event.move == "acknowledge":
        case.acknowledged_at = at
    if event.state in CLOSED:
        case.closed_at = at


def _pause(pauses, case, event):
    if case.stopped_at is None and event.state in STOPPED:
        case.stopped_at = event.at
        pauses.create(case_id=case.pk, begins=event.at, reason=event.reason)
    elif case.stopped_at is not None and event.state not in STOPPED:
        case.paused_seconds += (event.at - case.stopped_at).total_seconds()
        case.stopped_at = None
        pauses.filter(case_id=case.pk, ends=None).update(ends=event.at)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_clocks"),
        ("desk", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="caserow",
            name="given_back_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
