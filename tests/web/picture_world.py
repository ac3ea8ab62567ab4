"""Stills and clips as the county's page sends them, for tests of live rooms."""

from __future__ import annotations

import io
import json
from datetime import datetime
from functools import cache
from typing import Any

import archive_world as world
import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.utils import timezone
from numpy.typing import NDArray
from PIL import Image

from tongying.dicom.phantoms.polyp_us import PolypFilm

FILM = PolypFilm()
TIMES = [0, 40, 81, 119, 160]


@cache
def pixels(index: int = 0) -> NDArray[np.uint8]:
    return FILM.frame(index)


@cache
def png(index: int = 0) -> bytes:
    target = io.BytesIO()
    rgba = Image.fromarray(pixels(index)).convert("RGBA")  # as a canvas writes it
    rgba.save(target, "PNG", compress_level=1)
    return target.getvalue()


@cache
def jpeg(index: int = 0, quality: int = 90) -> bytes:
    target = io.BytesIO()
    Image.fromarray(pixels(index)).save(target, "JPEG", quality=quality)
    return target.getvalue()


def meta(kind: str = "still", **more: Any) -> dict[str, Any]:
    at: datetime = timezone.now()
    told = {
        "client_id": f"{kind}-0001",
        "kind": kind,
        "captured_at": at.isoformat(),
        "columns": FILM.columns,
        "rows": FILM.rows,
        "seconds": 0,
    }
    if kind == "clip":
        told["times_ms"] = TIMES
    return {**told, **more}


def clip_frames() -> list[bytes]:
    return [jpeg(index) for index in range(len(TIMES))]


def send(
    code: str, told: dict[str, Any], frames: list[bytes], login: str = "requester"
) -> HttpResponse:
    client = world.client(login)
    files = [SimpleUploadedFile(f"{n}.bin", data) for n, data in enumerate(frames)]
    return client.post(f"/rooms/{code}/pictures/", {"meta": json.dumps(told), "frame": files})
