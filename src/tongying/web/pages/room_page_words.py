"""What the live room's page says by its scripts, its drawing tools, and its card of keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext
from django.utils.translation import pgettext_lazy as _p

from tongying.consult.room.part import Part
from tongying.web.pages.room_keeping_words import keeping_words
from tongying.web.pages.room_media_words import media_words
from tongying.web.pages.room_reading_words import reading_words
from tongying.web.pages.room_words import (
    KIND_WORDS,
    LEVEL_WORDS,
    NO_MILLIMETRES,
    RECORDING_WORDS,
    SHAPE_WORDS,
    SOURCE_WORDS,
    WHY_WORDS,
)

PART_WORDS: Final[dict[Part, Promise]] = {
    Part.PROBE: _p("room part", "at the probe"),
    Part.LEAD: _p("room part", "answering expert"),
    Part.SPECIALIST: _p("room part", "specialist"),
    Part.OBSERVER: _p("room part", "listens"),
}


@dataclass(frozen=True, slots=True)
class Tool:
    """A drawing tool as its button shows it."""

    name: str
    word: Promise
    key: str
    icon: str = ""
    glyph: str = ""
    help: str | Promise = ""


TOOLS: Final = (
    Tool(
        "pointer", _p("tool", "Pointer"), "P", "pointer", help=_l("Everybody sees where you point.")
    ),
    Tool("arrow", _p("tool", "Arrow"), "A", glyph="↗", help=_l("Drag from the tail to the tip.")),
    Tool("line", _p("tool", "Line"), "L", "line", help=_l("Drag from end to end.")),
    Tool("ellipse", _p("tool", "Ellipse"), "O", "circle", help=_l("Drag over the box around it.")),
    Tool("path", _p("tool", "Freehand"), "D", "pencil", help=_l("Drag along the outline.")),
    Tool("point", _p("tool", "Point"), "X", glyph="✛", help=_l("Click where it is.")),
    Tool("text", _p("tool", "Words"), "T", "typography", help=_l("Click where the words belong.")),
    Tool(
        "measure", _p("tool", "Distance"), "R", "ruler-measure", help=_l("Drag from edge to edge.")
    ),
    Tool(
        *("scale", _p("tool", "Scale"), "S", "ruler-2"),
        help=_l("Drag along the depth marks, as far apart as you can; then say how many mm."),
    ),
    Tool("erase", _p("tool", "Erase"), "E", "eraser", help=_l("Click a mark to take it away.")),
)

KEY_CARD: Final = (
    (("F",), _l("freeze the picture")),
    (("V",), _l("store a clip of the last seconds")),
    (("M",), _l("microphone on, off")),
    (("H",), _l("raise your hand, take it down")),
    (("C",), _l("write in the chat")),
    (("N",), _l("write a note on the picture")),
    (("1", "–", "9"), _l("ask for the plane of this number")),
    (("0",), _l("everybody looks at the live picture")),
    (("[", "]"), _l("previous, next picture")),
    (("␣",), _l("play, stop the clip")),
    ((",", "."), _l("previous, next frame")),
    (
        ("P", "A", "L", "O", "D", "X", "T"),
        _l("pointer, arrow, line, ellipse, freehand, point, words"),
    ),
    (("R", "S"), _l("distance, scale")),
    (("E",), _l("erase a mark")),
    (("Ctrl Z",), _l("take back your last mark")),
    (("←↑→↓", "Enter"), _l("on the picture: move the cross, set a point; Shift: larger steps")),
    (("Esc",), _l("leave what you began")),
    (("?",), _l("this card")),
)


def part_word(part: Part) -> str:
    """Return the word for a part in a room."""
    return str(PART_WORDS[part])


def tools() -> list[Tool]:
    """Return the drawing tools in the order of their buttons."""
    return list(TOOLS)


def page_words() -> dict[str, Any]:
    """Return what the page's scripts say, in the reader's language; braces hold values."""
    return {
        "kinds": {kind.value: str(word) for kind, word in KIND_WORDS.items()},
        "shapes": _said(SHAPE_WORDS),
        "levels": _said(LEVEL_WORDS),
        "sources": _said(SOURCE_WORDS),
        "ends": _said(WHY_WORDS),
        "recordings": _said(RECORDING_WORDS),
        "noMillimetres": _said(NO_MILLIMETRES),
        "parts": {part.value: str(word) for part, word in PART_WORDS.items()},
        "tools": {tool.name: str(tool.help) for tool in TOOLS},
        "media": media_words(),
        "keeping": keeping_words(),
        "reading": reading_words(),
        **_each_once(_state(), _picture(), _drawing(), _talk()),
    }


def _each_once(*parts: dict[str, str]) -> dict[str, str]:
    """Put words together; one name for two of them would silence the first."""
    words: dict[str, str] = {}
    for part in parts:
        if both := words.keys() & part.keys():
            raise ValueError(f"said twice: {', '.join(sorted(both))}")
        words |= part
    return words


def _said(words: dict[str, Promise]) -> dict[str, str]:
    return {name: str(word) for name, word in words.items()}


def _state() -> dict[str, str]:
    return {
        "linked": pgettext("link", "connected"),
        "byWeb": pgettext("link", "over the web"),
        "cut": pgettext("link", "no connection"),
        "byWebLong": _(
            "The live link is away and comes back by itself. "
            "What you say and draw goes over the web meanwhile."
        ),
        "cutLong": _("No connection. What you say and draw is kept here and sent when it is back."),
        "partFailed": _("A part of this page did not load ({name}). Nothing said is lost."),
        "reload": _("Reload the page"),
        "ended": _("The room is over: {why}."),
        "gone": _("You are no longer in this room."),
        "record": _("Record of the live room"),
        "toCase": pgettext("link", "Case"),
        "consentNone": _("No consent yet"),
        "consentGiven": _("Guardian consents"),
        "consentRecording": _("Guardian consents, also to a recording"),
        "consentAsk": _("Record the guardian's consent"),
        "consentWithdraw": _("Withdraw the consent"),
        "consentWithdrawAsk": _(
            "Withdraw the guardian's consent? Picture and recording stop at once."
        ),
        "recording": pgettext("mark", "Recording"),
        "cancel": _("Cancel"),
        "failed": _("That did not work. Nothing you typed is lost."),
    }


def _picture() -> dict[str, str]:
    return {
        "live": pgettext("picture", "Live"),
        "still": pgettext("picture", "Still {n}"),
        "clip": pgettext("picture", "Clip {n}"),
        "clipFrame": pgettext("picture", "Clip {n}, frame {frame}"),
        "image": pgettext("picture", "Image of the case"),
        "livePicture": _("the live picture"),
        "waitConsent": _("The picture opens once the county has recorded the guardian's consent."),
        "consentFirst": _("The guardian's consent comes first; then the picture can be opened."),
        "waitCamera": _("The county has not opened the picture yet."),
        "openCamera": _("Choose where the picture comes from and switch it on below."),
        "onItsWay": _("The picture is on its way…"),
        "noPicture": _("The line is too poor for a moving picture now."),
        "alone": _("Nobody else is here yet. Whoever is invited has been told."),
        "pictureFailed": _("The picture could not be loaded."),
        "again": _("Try again"),
        "stale": _("STALE PICTURE"),
        "staleFor": _("{seconds} s old"),
        "staleThere": _("NOBODY SEES THE PICTURE"),
        "frameOf": _("{frame} of {frames}"),
        "allSee": _("All see: {what}"),
        "backToAll": _("Back to what all see"),
        "noScale": _("no scale: no millimetres"),
        "scaled": _("scale: {mm} mm a pixel"),
        "delay": _("delay {n} ms"),
        "rate": _("{n} pictures/s"),
        "loss": _("{n} % lost"),
    }


def _drawing() -> dict[str, str]:
    return {
        "scaleTitle": pgettext("heading", "Scale"),
        "scaleAsk": _("How many millimetres lie between the two marks?"),
        "scaleFault": _("Write a number of millimetres from 1 to 400."),
        "scaleShort": _("The scale is too short: draw it over more of the depth marks."),
        "scaleWhere": _("A scale is drawn on a still or a clip: freeze the picture first."),
        "textTitle": _("Words on the picture"),
        "textAsk": _("Your words"),
        "textFault": _("Write a few words."),
        "sameAs": _("Take over the scale of {what}"),
        "clear": _("Clear the picture"),
        "clearAsk": _("Take all marks of this picture away, also those of others?"),
        "moves": _("The picture moves: freeze it to draw what should last."),
        "mayNot": _("Your part in this room does not do this."),
        "crossAt": _("Cross at {x} %, {y} %"),
    }


def _talk() -> dict[str, str]:
    return {
        "platform": _("Platform"),
        "you": pgettext("person", "you"),
        "speaks": pgettext("person", "speaks"),
        "hand": pgettext("person", "hand {n}"),
        "notHere": pgettext("person", "not here"),
        "readsByWeb": pgettext("person", "reads along, without a live line"),
        "connections": pgettext("person", "{n} connections"),
        "connected": pgettext("people", "{n} connected"),
        "takeOut": pgettext("person", "Take out"),
        "takeOutAsk": _("Take {name} out of the room? The link is dead for them at once."),
        "invite": _("Invite"),
        "nobodyToInvite": _("Everybody who sees the case is in the room."),
        "handUp": _("Raise your hand"),
        "handDown": _("Take your hand down"),
        "shown": pgettext("plane", "Shown"),
        "planeAsked": _("Asked for: {plane}"),
        "nothingSaid": _("Nothing has been said yet."),
        "nothingNoted": _("No note and no distance yet."),
        "sending": pgettext("words", "on its way"),
        "notSent": _("not sent: {why}"),
        "sharp": _("{mm} mm a pixel"),
        "given": _("given, not to a recording"),
        "givenRecording": _("given, also to a recording"),
        "withdrawn": _("withdrawn"),
        "on": _("on"),
        "off": _("off"),
        "handLowered": _("took it down"),
        "someone": _("somebody"),
        "goTo": _("Show the picture"),
        "reportStore": _("Store findings and distances as a report"),
        "reportNone": _("Not stored as a report yet."),
        "reportStored": _("Report stored: {findings} findings, {lengths} distances."),
    }
