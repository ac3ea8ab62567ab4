"""What comes over a socket, read strictly: a message is an object with a known ``t``."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, ClassVar, Final

from tongying.consult.room.target import TargetUnknown, read_target
from tongying.kernel.errors import BadInput

MESSAGE_MAX: Final = 128 * 1024
"""Bytes of one message; a session description with every candidate takes 20 kB at most."""
VIEW_MAX: Final = 16 * 1024
NAME_MAX: Final = 20
LANGUAGES: Final = frozenset({"zh-hans", "en"})

Message = dict[str, Any]


class MessageRefused(BadInput):
    """It is none of the messages of a room."""

    code: ClassVar[str] = "room.message"


def read_message(text: str) -> Message:
    """Read a message.

    Raises
    ------
    MessageRefused
        If it is too long, no JSON, of no known kind, or lacks a field.
    """
    if len(text) > MESSAGE_MAX:
        raise MessageRefused("The message is too long.")
    try:
        message = json.loads(text, parse_constant=_no_number)
        if "\\u" in text:
            # Half a character has no bytes: it could not be passed on to anybody.
            json.dumps(message, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise MessageRefused("The message is not JSON.") from None
    kind = message.get("t") if isinstance(message, dict) else None
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise MessageRefused("There is no such message.")
    return {"t": message["t"], **reader(message)}


def _no_number(text: str) -> float:
    raise ValueError(text)


def _hello(message: Message) -> Message:
    language = message.get("language")
    return {
        "after": _whole(message, "after"),
        "language": language if language in LANGUAGES else "zh-hans",
        "was": _name(message, "was"),
    }


def _event(message: Message) -> Message:
    kind, client_id = message.get("kind"), message.get("client_id", "")
    if not isinstance(kind, str) or not isinstance(client_id, str):
        raise MessageRefused("An event has a kind and a client_id.")
    return {"kind": kind, "body": message.get("body"), "client_id": client_id}


def _ping(message: Message) -> Message:
    quality = message.get("quality")
    if quality is not None and not isinstance(quality, dict):
        raise MessageRefused("The quality of a ping must be an object.")
    hidden = message.get("hidden") is True
    return {"n": _whole(message, "n"), "hidden": hidden, "quality": _figures(quality or {})}


def _figures(quality: Message) -> dict[str, float | bool | str]:
    kept: dict[str, float | bool | str] = {}
    for name, value in list(quality.items())[:20]:
        short = isinstance(value, str) and len(value) <= 40
        if name not in ("t", "peer") and (isinstance(value, int | float) or short):
            kept[name[:40]] = value
    return kept


def _pointer(message: Message) -> Message:
    try:
        target = str(read_target(message.get("target")))
    except TargetUnknown as refusal:
        raise MessageRefused(refusal.sentence) from None
    if message.get("x") is None:
        return {"target": target, "x": None, "y": None}
    return {"target": target, "x": _fraction(message, "x"), "y": _fraction(message, "y")}


def _speaking(message: Message) -> Message:
    return {"on": message.get("on") is True}


def _signal(message: Message) -> Message:
    to, data = message.get("to"), message.get("data")
    if not isinstance(to, str) or len(to) > NAME_MAX or not isinstance(data, dict):
        raise MessageRefused("A signal has somebody it is for, and data.")
    return {"to": to, "data": data}


def _view(message: Message) -> Message:
    rest = {name: value for name, value in message.items() if name not in ("t", "peer")}
    if len(json.dumps(rest)) > VIEW_MAX:
        raise MessageRefused("The message is too long.")
    return rest


def _follow(message: Message) -> Message:
    return {"peer": _name(message, "peer") or None}


def _name(message: Message, name: str) -> str:
    """Return a connection's name, or nothing."""
    value = message.get(name)
    return value if isinstance(value, str) and len(value) <= NAME_MAX else ""


def _whole(message: Message, name: str) -> int:
    value = message.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise MessageRefused(f"The field {name} must be a whole number.")
    return value


def _fraction(message: Message, name: str) -> float:
    value = message.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise MessageRefused(f"The field {name} must be a number.")
    return min(1.0, max(0.0, float(value)))


_READERS: Final[dict[str, Callable[[Message], Message]]] = {
    "hello": _hello,
    "event": _event,
    "ping": _ping,
    "pointer": _pointer,
    "speaking": _speaking,
    "signal": _signal,
    "view": _view,
    "follow": _follow,
}
