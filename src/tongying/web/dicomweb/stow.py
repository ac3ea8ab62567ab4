"""STOW-RS: instances come in, each with its own outcome.

References
----------
DICOM PS3.18 section 10.5; failure reasons from PS3.18 table I.2-2 and PS3.4 table B.2-1.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse

from tongying.archive.arrival import Arrival, Door, Fate
from tongying.archive.ingest import Intake
from tongying.consult.people import Role, Viewer
from tongying.dicom.instance import InstanceRecord
from tongying.kernel.errors import BadInput, NotAllowed
from tongying.web.dicomweb.multipart import (
    CHUNK_BYTES,
    MultipartBroken,
    MultipartReader,
    boundary_of,
)
from tongying.web.measurements.from_reports import read_arrived
from tongying.web.records.images import content_store
from tongying.web.records.index import DjangoIndex, sender_of

PROCESSING_FAILURE = 0x0110
DUPLICATE_SOP_INSTANCE = 0x0111
CANNOT_UNDERSTAND = 0xC000
NOT_THIS_STUDY = 0xC409

MAY_STORE = frozenset(
    {Role.REQUESTER, Role.EXPERT, Role.COORDINATOR, Role.TECHNOLOGIST, Role.ADMIN}
)


class StoreNotYours(NotAllowed):
    """The role may read images but not bring any."""

    code: ClassVar[str] = "stow.not-yours"


class BodyRefused(BadInput):
    """The request's body is not what STOW-RS takes."""

    code: ClassVar[str] = "stow.body"


class OtherStudy(BadInput):
    """The instance belongs to another study than the address says."""

    code: ClassVar[str] = "stow.other-study"


def store(request: HttpRequest, viewer: Viewer, study: str = "") -> HttpResponse:
    """Store the instances of a request and tell each one's outcome.

    Raises
    ------
    StoreNotYours
        If the viewer's role may not bring images.
    BodyRefused
        If the body is not of a media type that is taken.
    MultipartBroken
        If not one whole part could be read.
    """
    if viewer.role not in MAY_STORE:
        raise StoreNotYours("Your role may look at images but not bring any.")
    intake = Intake(content_store(), DjangoIndex(), sender_of(viewer, Door.STOW), _check(study))
    try:
        broken = _take(request, intake)
    except BaseException:
        intake.abandon()
        raise
    arrivals = intake.flush()
    read_arrived(viewer, arrivals)
    if broken is not None:
        if not arrivals:
            raise broken
        arrivals.append(Arrival("end of body", Fate.REFUSED, broken.error_code, broken.sentence))
    if not arrivals:
        raise BodyRefused("The request holds no instance.")
    return _answer(request, arrivals)


def _take(request: HttpRequest, intake: Intake) -> MultipartBroken | None:
    """Take what the body holds; return why it ended early, if it did."""
    content_type = request.headers.get("Content-Type", "")
    read = _body(request)
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/related":
        try:
            _take_parts(MultipartReader(read, boundary_of(content_type)), intake)
        except MultipartBroken as error:
            return error
    elif kind == "application/dicom":
        _take_one("body", iter(lambda: read(CHUNK_BYTES), b""), intake)
    else:
        raise BodyRefused(
            "STOW-RS takes multipart/related with parts of application/dicom, or one"
            " application/dicom body."
        )
    return None


def _take_one(name: str, chunks: Iterable[bytes | memoryview], intake: Intake) -> None:
    incoming = intake.incoming()
    try:
        for chunk in chunks:
            incoming.write(chunk)
    except BaseException:
        incoming.drop()
        raise
    intake.offer(name, incoming)


def _take_parts(reader: MultipartReader, intake: Intake) -> None:
    for number, part in enumerate(reader.parts(), start=1):
        name = f"part {number}"
        kind = part.headers.get("content-type", "application/dicom").partition(";")[0]
        if kind.strip().lower() != "application/dicom":
            intake.refuse(
                name, BodyRefused(f"Part {number} is not application/dicom and was passed over.")
            )
            continue
        _take_one(name, part.chunks, intake)


def _check(study: str) -> Callable[[InstanceRecord], None] | None:
    if not study:
        return None

    def check(record: InstanceRecord) -> None:
        if record.study.uid != study:
            raise OtherStudy("The instance belongs to another study than the address says.")

    return check


def _body(request: HttpRequest) -> Callable[[int], bytes]:
    """Return how to read the body as it comes, also when its length is not announced."""
    if request.META.get("CONTENT_LENGTH"):
        read: Callable[[int], bytes] = request.read
    else:
        read = request.META["wsgi.input"].read
    return read


def _answer(request: HttpRequest, arrivals: list[Arrival]) -> HttpResponse:
    base = request.build_absolute_uri("/dicomweb/studies")
    stored, failed, other = [], [], []
    for arrival in arrivals:
        if arrival.fate in (Fate.STORED, Fate.DUPLICATE):
            stored.append(_stored(arrival, base))
        elif arrival.sop_instance_uid:
            failed.append(_failed(arrival))
        else:
            other.append(_reason(arrival))
    body: dict[str, Any] = {}
    studies = {arrival.study_uid for arrival in arrivals if arrival.accepted}
    if len(studies) == 1:
        body["00081190"] = {"vr": "UR", "Value": [f"{base}/{studies.pop()}"]}
    if failed:
        body["00081198"] = {"vr": "SQ", "Value": failed}
    if stored:
        body["00081199"] = {"vr": "SQ", "Value": stored}
    if other:
        body["0008119A"] = {"vr": "SQ", "Value": other}
    status = 200 if not failed and not other else 202 if stored else 409
    return HttpResponse(
        json.dumps(body, ensure_ascii=False).encode(),
        status=status,
        content_type="application/dicom+json",
    )


def _stored(arrival: Arrival, base: str) -> dict[str, Any]:
    address = (
        f"{base}/{arrival.study_uid}/series/{arrival.series_uid}"
        f"/instances/{arrival.sop_instance_uid}"
    )
    return {**_identity(arrival), "00081190": {"vr": "UR", "Value": [address]}}


def _failed(arrival: Arrival) -> dict[str, Any]:
    return {**_identity(arrival), **_reason(arrival)}


def _identity(arrival: Arrival) -> dict[str, Any]:
    return {
        "00081150": {"vr": "UI", "Value": [arrival.sop_class_uid]},
        "00081155": {"vr": "UI", "Value": [arrival.sop_instance_uid]},
    }


def _reason(arrival: Arrival) -> dict[str, Any]:
    """Failure reason, and the sentence as Error Comment as other archives also send it."""
    if arrival.fate is Fate.CONFLICT:
        reason = DUPLICATE_SOP_INSTANCE
    elif arrival.code == OtherStudy.code:
        reason = NOT_THIS_STUDY
    elif arrival.code.startswith("dicom."):
        reason = CANNOT_UNDERSTAND
    else:
        reason = PROCESSING_FAILURE
    return {
        "00081197": {"vr": "US", "Value": [reason]},
        "00000902": {"vr": "LO", "Value": [f"{arrival.name}: {arrival.reason}"]},
    }
