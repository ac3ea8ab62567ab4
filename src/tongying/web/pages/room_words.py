"""What happened in a live room, in the clinic's words, for its record and for the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy as _p

from tongying.consult.room.kind import Kind
from tongying.consult.room.now import RoomEvent
from tongying.consult.room.target import read_target

KIND_WORDS: Final[dict[Kind, Promise]] = {
    Kind.SAY: _p("room", "said"),
    Kind.NOTE: _p("room", "noted"),
    Kind.HAND: _p("room", "raised a hand"),
    Kind.DRAW: _p("room", "drew"),
    Kind.ERASE: _p("room", "took a mark away"),
    Kind.CLEAR: _p("room", "took all marks away"),
    Kind.LOOK: _p("room", "showed everybody"),
    Kind.FREEZE: _p("room", "froze the picture"),
    Kind.STILL: _p("room", "still stored"),
    Kind.CLIP: _p("room", "clip stored"),
    Kind.CALIBRATE: _p("room", "drew the scale"),
    Kind.MEASURE: _p("room", "measured"),
    Kind.FINDING: _p("room", "finding"),
    Kind.PLANE: _p("room", "asked for the plane"),
    Kind.PLANE_DONE: _p("room", "shows the plane asked for"),
    Kind.CAMERA: _p("room", "live picture"),
    Kind.RECORD: _p("room", "recording"),
    Kind.QUALITY: _p("room", "line"),
    Kind.OPENED: _p("room", "opened the live room"),
    Kind.CONSENT: _p("room", "guardian's consent"),
    Kind.INVITED: _p("room", "invited"),
    Kind.REMOVED: _p("room", "took out"),
    Kind.JOINED: _p("room", "came in"),
    Kind.LEFT: _p("room", "left"),
    Kind.RECORDING: _p("room", "recording"),
    Kind.REPORTED: _p("room", "stored the findings as a report"),
    Kind.ENDED: _p("room", "the live room ended"),
}

ROOM_EVENT_WORDS: Final[dict[str, Promise]] = {
    "room-opened": _p("event", "opened the live room"),
    "room-ended": _p("event", "ended the live room"),
}
"""What a line of the case's timeline says."""

SHAPE_WORDS: Final[dict[str, Promise]] = {
    "point": _p("mark", "a point"),
    "arrow": _p("mark", "an arrow"),
    "line": _p("mark", "a line"),
    "ellipse": _p("mark", "an ellipse"),
    "path": _p("mark", "freehand"),
    "text": _p("mark", "words"),
}
LEVEL_WORDS: Final[dict[str, Promise]] = {
    "full": _p("line level", "full picture"),
    "reduced": _p("line level", "reduced picture"),
    "low": _p("line level", "low picture"),
    "stills": _p("line level", "stills only"),
    "voice": _p("line level", "voice only"),
    "chat": _p("line level", "chat only"),
}
SOURCE_WORDS: Final[dict[str, Promise]] = {
    "capture": _p("picture source", "probe (capture device)"),
    "file": _p("picture source", "video file (trial)"),
    "test": _p("picture source", "test picture of the line"),
}
WHY_WORDS: Final[dict[str, Promise]] = {
    "by-hand": _p("room end", "ended by hand"),
    "expired": _p("room end", "its time was over"),
    "case": _p("room end", "the case is over"),
}
RECORDING_WORDS: Final[dict[str, Promise]] = {
    "arriving": _p("recording state", "on its way"),
    "whole": _p("recording state", "arrived whole"),
    "removed": _p("recording state", "removed"),
    "lost": _p("recording state", "never arrived"),
}
GUARDIAN_WORDS: Final[dict[str, Promise]] = {
    "mother": _p("guardian", "mother"),
    "father": _p("guardian", "father"),
    "guardian": _p("guardian", "legal guardian"),
}
WAY_WORDS: Final[dict[str, Promise]] = {
    "written": _p("consent", "in writing"),
    "spoken": _p("consent", "by word of mouth"),
}
NO_MILLIMETRES: Final[dict[str, Promise]] = {
    "uncalibrated": _p("distance", "no scale on this picture, so no millimetres"),
    "live": _p("distance", "the picture moves, so no millimetres"),
    "no-region": _p("distance", "no calibrated region, so no millimetres"),
    "between-regions": _p("distance", "outside the calibrated region, so no millimetres"),
    "region-without-length": _p("distance", "the region has no scale, so no millimetres"),
    "trace": _p("distance", "in a trace or spectrum, so no millimetres"),
    "placeholder": _p("distance", "the pixel size is a placeholder, so no millimetres"),
    "no-size": _p("distance", "the pixel size is unknown, so no millimetres"),
    "magnified": _p("distance", "projection: magnified, so no millimetres"),
    "unproved": _p("distance", "the scale is not proved, so no millimetres"),
}
"""Why a distance has no millimetres; what images say besides is in the measurement's own words."""


def target_words(text: str) -> str:
    """Say which picture is meant."""
    target = read_target(text)
    if target.still is not None:
        return _("still %(number)s") % {"number": target.still}
    if target.clip is not None:
        return _("clip %(number)s, frame %(frame)s") % {
            "number": target.clip,
            "frame": target.frame,
        }
    if target.sop:
        return _("an image of the case")
    return _("the live picture")


def event_words(event: RoomEvent, members: Mapping[int, str]) -> str:
    """Say what an event carries besides its kind; empty where its kind says it all.

    Parameters
    ----------
    event : RoomEvent
    members : dict of int to str
        Names of the members that events mention.
    """
    body = event.body
    parts = [*_what(event.kind, body, members)]
    if "target" in body:
        parts.append(target_words(body["target"]))
    if body.get("text") and event.kind is not Kind.SAY:
        parts.append(body["text"])
    elif body.get("text"):
        parts = [body["text"]]
    return _("; ").join(parts)


def _what(kind: Kind, body: Mapping[str, Any], members: Mapping[int, str]) -> list[str]:
    if kind in (Kind.INVITED, Kind.REMOVED):
        return [members.get(body["member"], "")]
    if kind is Kind.MEASURE:
        return [length_words(body)]
    if kind is Kind.CALIBRATE:
        spacing = body["mm_per_pixel"]
        return [_("%(mm)s mm a pixel") % {"mm": f"{spacing:.4f}"}]
    if kind is Kind.DRAW:
        return [str(SHAPE_WORDS[body["shape"]])]
    if kind is Kind.CAMERA:
        return [str(SOURCE_WORDS[body["source"]])] if body["on"] else [_("off")]
    if kind is Kind.RECORD:
        return [_("on") if body["on"] else _("off")]
    if kind is Kind.HAND:
        return [] if body["up"] else [_("took it down")]
    if kind is Kind.CONSENT:
        return [_consent_words(body)]
    if kind is Kind.QUALITY:
        return [
            str(LEVEL_WORDS[body["level"]]),
            f"{body['kbit']} kbit/s",
            f"{body['fps']:g}/s",
            _("%(percent)s %% lost") % {"percent": f"{100 * body['loss']:.1f}"},
        ]
    if kind in (Kind.STILL, Kind.CLIP):
        words = [
            target_words(f"{kind.value}:{body['number']}" + (":1" if kind is Kind.CLIP else ""))
        ]
        return [*words, f"{body['columns']}×{body['rows']}"]
    if kind is Kind.RECORDING:
        return [str(RECORDING_WORDS[body["state"]])]
    if kind is Kind.ENDED:
        return [str(WHY_WORDS[body["why"]])]
    return []


def length_words(body: Mapping[str, Any]) -> str:
    """Say a distance in millimetres, or why it has none."""
    if body.get("mm") is not None:
        return f"{body['mm']:.1f} mm"
    why = NO_MILLIMETRES.get(str(body.get("why")))
    return str(why) if why is not None else _("no millimetres")


def _consent_words(body: Mapping[str, Any]) -> str:
    if not body["given"]:
        return _("withdrawn")
    if body.get("recording"):
        return _("given, also to a recording")
    return _("given, not to a recording")
