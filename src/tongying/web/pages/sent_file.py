"""A table that is sent, looked at, and confirmed: the page carries it along in between."""

from __future__ import annotations

import base64
import binascii

from django.http import HttpRequest, HttpResponse

from tongying.kernel.sheet import MOST_BYTES


def sent_file(request: HttpRequest) -> bytes:
    """Return the file sent now, or the one that was looked at before."""
    sent = request.FILES.get("file")
    if sent is not None:
        # One byte more than allowed is enough for the reader to refuse it.
        return sent.read(MOST_BYTES + 1)
    try:
        return base64.b64decode(request.POST.get("kept", ""), validate=True)
    except (binascii.Error, ValueError):
        return b""


def sent_name(request: HttpRequest) -> str:
    """Return the name of that file."""
    sent = request.FILES.get("file")
    return (sent.name or "")[:120] if sent is not None else request.POST.get("name", "")[:120]


def csv_response(text: str, name: str) -> HttpResponse:
    """Send a table as a file to keep."""
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
