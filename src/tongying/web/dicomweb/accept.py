"""What a client will accept, as DICOMweb says it: media types with type and transfer-syntax.

References
----------
DICOM PS3.18 sections 8.7.4 (Accept) and 8.7.3.5 (transfer syntax parameter); RFC 9110
section 12.5.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar

from django.http import HttpRequest

from tongying.kernel.errors import TongyingError

EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
ANY = "*"

_PARAMETER = re.compile(r';\s*([\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;,\s]*)')
_RANGE = re.compile(
    r"\s*([\w*.+-]+/[\w*.+-]+)((?:\s*;\s*[\w-]+\s*=\s*(?:\"[^\"]*\"|[^;,\s]*))*)\s*"
)


class NotAcceptable(TongyingError):
    """Nothing we have is among what the client accepts (HTTP 406)."""

    code: ClassVar[str] = "dicomweb.not-acceptable"


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One entry of an Accept header.

    Attributes
    ----------
    multipart : bool
        Whether parts are wanted.
    type : str
        The media type (of the parts), ``"*/*"`` for any.
    transfer_syntax : str
        UID, ``"*"`` for as stored, empty where not said.
    """

    multipart: bool
    type: str
    transfer_syntax: str = ""
    quality: float = field(default=1.0, compare=False)


def media_ranges(request: HttpRequest) -> list[MediaRange]:
    """Return what a request accepts, the most wanted first.

    The ``accept`` query parameter comes before the header, as PS3.18 section 8.3.3.1 has it.
    """
    text = request.GET.get("accept") or request.headers.get("Accept", "")
    ranges = [_range(match) for match in _RANGE.finditer(text)]
    wanted = [one for one in ranges if one.quality > 0]
    return sorted(wanted or [MediaRange(False, "*/*")], key=lambda one: -one.quality)


def _range(match: re.Match[str]) -> MediaRange:
    kind = match[1].lower()
    parameters = {name.lower(): value.strip('"') for name, value in _PARAMETER.findall(match[2])}
    try:
        quality = float(parameters.get("q", "1"))
    except ValueError:
        quality = 1.0
    multipart = kind == "multipart/related"
    wanted = parameters.get("type", "*/*").lower() if multipart else kind
    return MediaRange(multipart, wanted, parameters.get("transfer-syntax", ""), quality)


def wants_json(request: HttpRequest) -> bool:
    """Say whether DICOM JSON (or plain JSON, or anything) is accepted."""
    return any(
        one.type in ("*/*", "application/*", "application/dicom+json", "application/json")
        for one in media_ranges(request)
        if not one.multipart
    )
