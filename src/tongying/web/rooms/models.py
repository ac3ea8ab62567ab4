"""Rows of live rooms."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tongying.web.cases.models import CaseRow
from tongying.web.people.models import Member


class RoomRow(models.Model):
    """A live room of a case. Its link dies with it, and with the case."""

    code = models.CharField(max_length=26, unique=True)
    """Unguessable (`kernel.ids.new_code`); the link alone opens nothing."""
    case = models.ForeignKey(CaseRow, on_delete=models.PROTECT, related_name="rooms")
    opened_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    """From then on the link is dead, whether or not somebody ended the room."""
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    ended_why = models.CharField(max_length=20, blank=True)
    """``by-hand``, ``expired`` or ``case`` (the case left the states that have rooms)."""
    study_uid = models.CharField(max_length=64)
    """Of the ultrasound study that its stills, clips and findings make."""

    class Meta:
        """Found by its case."""

        indexes = [models.Index(fields=["case", "ended_at"], name="room_case")]


class RoomMember(models.Model):
    """Somebody invited into a room. Kept when they are taken out."""

    room = models.ForeignKey(RoomRow, on_delete=models.CASCADE, related_name="members")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="rooms")
    invited_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    removed_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    followed_at = models.DateTimeField(null=True)
    """When they last asked for the log over HTTP; None: they do not follow that way."""

    class Meta:
        """Invited once at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["room", "member"], condition=Q(removed_at=None), name="room_member_once"
            )
        ]


class EventRow(models.Model):
    """One event of a room: the log, in the order of its numbers. Never changed."""

    room = models.ForeignKey(RoomRow, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    author = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    """Value of `consult.room.kind.Kind`."""
    client_id = models.CharField(max_length=40, blank=True)
    """Made where it was said; sent again after a cut, the event is there once."""
    body = models.JSONField(default=dict)

    class Meta:
        """Said once."""

        constraints = [
            models.UniqueConstraint(
                fields=["room", "author", "client_id"],
                condition=~Q(client_id=""),
                name="room_said_once",
            )
        ]
        indexes = [models.Index(fields=["room", "id"], name="room_log")]


class ConsentRow(models.Model):
    """A guardian's consent to a live examination, recorded before the camera opens."""

    room = models.ForeignKey(RoomRow, on_delete=models.PROTECT, related_name="consents")
    guardian = models.CharField(max_length=100)
    relation = models.CharField(max_length=12)
    """``mother``, ``father``, ``guardian`` (other legal guardian)."""
    way = models.CharField(max_length=10)
    """``written`` or ``spoken``; spoken consent has a witness."""
    witness = models.CharField(max_length=100, blank=True)
    recording = models.BooleanField(default=False)
    """Whether it covers that the session is recorded."""
    teaching = models.BooleanField(default=False)
    """Whether it covers teaching from it, without name and face."""
    recorded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """One consent stands at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["room"], condition=Q(withdrawn_at=None), name="room_consent_once"
            )
        ]


class PictureRow(models.Model):
    """A still (one frame) or a clip that was stored from the live picture."""

    room = models.ForeignKey(RoomRow, on_delete=models.PROTECT, related_name="pictures")
    kind = models.CharField(max_length=5)
    """``still`` or ``clip``."""
    number = models.PositiveIntegerField()
    """Within the room and kind, from 1."""
    client_id = models.CharField(max_length=40)
    """Made by the county's page; sent again, it is there once."""
    asked = models.ForeignKey(EventRow, null=True, on_delete=models.PROTECT, related_name="+")
    """The event that asked to freeze, where one did."""
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    captured_at = models.DateTimeField()
    arrived_at = models.DateTimeField()
    columns = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    frames = models.PositiveIntegerField(default=1)
    seconds = models.FloatField(default=0)
    sop_uid = models.CharField(max_length=64)
    """The object in the archive: US Image, or US Multi-frame Image."""
    series_uid = models.CharField(max_length=64)
    mm_per_pixel = models.FloatField(null=True)
    """From a scale drawn on it; None: no millimetres."""
    calibrated_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    calibrated_at = models.DateTimeField(null=True)
    calibrated_sop_uid = models.CharField(max_length=64, blank=True)
    """The same picture with its ultrasound region, once a scale was drawn."""

    class Meta:
        """Each number once, each sent once."""

        constraints = [
            models.UniqueConstraint(fields=["room", "kind", "number"], name="room_picture_once"),
            models.UniqueConstraint(fields=["room", "client_id"], name="room_picture_sent_once"),
        ]


class RecordingRow(models.Model):
    """The county browser's own recording: it uploads later, with resume, and is kept by policy."""

    room = models.ForeignKey(RoomRow, on_delete=models.PROTECT, related_name="recordings")
    code = models.CharField(max_length=40)
    """Made by the county's page (`Kind.RECORD`)."""
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    mime = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    seconds = models.FloatField(default=0)
    state = models.CharField(max_length=10)
    """``arriving``, ``whole``, ``removed`` (by policy or consent) or ``lost`` (never came)."""
    arrived = models.BigIntegerField(default=0)
    """Bytes that are on the disk."""
    last_at = models.DateTimeField(null=True)
    """When bytes came last; None: none came yet."""
    size = models.BigIntegerField(null=True)
    """Bytes in all, once the page knows."""
    sha256 = models.CharField(max_length=64, blank=True)
    whole_at = models.DateTimeField(null=True)
    keep_until = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        """Each once."""

        constraints = [models.UniqueConstraint(fields=["room", "code"], name="room_recording_once")]
