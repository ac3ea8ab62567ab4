"""What `sitecustomize` puts in place of the computation."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import threading
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STAGES = ("reading-fixed", "reading-moving", "register", "check", "resample", "write")
FOREVER_SECONDS = 300


@dataclass(frozen=True)
class FusionRequest:
    fixed: tuple[Path, ...]
    moving: tuple[Path, ...]
    out: Path
    method: Any
    seed: str
    written_at: Any
    linked: bool = False


@dataclass
class Report:
    answer: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return self.answer


def told(name: str) -> str:
    """Return what a file of the test says, or nothing."""
    path = Path(os.environ["FAKE_CORE"]) / name
    return path.read_text() if path.exists() else ""


def leave(name: str, text: str) -> None:
    with (Path(os.environ["FAKE_CORE"]) / name).open("a") as file:
        file.write(text + "\n")


def run_fusion(request: FusionRequest, progress: Any) -> Report:
    from tongying.kernel.errors import BadInput

    request.out.mkdir(parents=True, exist_ok=True)
    sys.stdout.write("a library that chatters on stdout\n")
    for place, stage in enumerate(STAGES):
        progress(place / len(STAGES), stage)
        if told("refuse-at") == stage:
            raise BadInput("The two images cannot be registered.", "fusion.registration-refused")
        if told("break-at") == stage:
            raise RuntimeError("Wang^XiaoMing")
        kept = request.out / f"{stage}.stage"
        if kept.exists():
            continue
        if told("hang-at") == stage:
            child = subprocess.Popen(
                [sys.executable, "-S", "-c", f"import time; time.sleep({FOREVER_SECONDS})"]
            )
            leave("hangs", f"{os.getpid()} {child.pid}")
            threading.Event().wait(FOREVER_SECONDS)
        leave("computed", stage)
        kept.write_text("kept")
    return Report(_written(request))


def run_table(kind: str, job: dict[str, Any], progress: Any) -> dict[str, Any]:
    from tongying.kernel.errors import BadInput

    progress(0.5, "measure")
    if told("refuse-at") == "measure":
        raise BadInput("The estimated error is larger than half the lesion's short axis.")
    return {
        "head": ["region", "SUVmax", "HU"],
        "rows": [[job["segment_label"], 6.4, 41.0]],
        "text": {"zh": "左侧病灶 SUVmax 6.4。", "en": "Left lesion SUVmax 6.4."},
        "caveats": [{"code": "suv.weight-old", "sentence": "The weight is old."}],
        "outputs": [],
    }


def _written(request: FusionRequest) -> dict[str, Any]:
    from tongying.kernel.ids import uid_of

    out = request.out / "objects"
    out.mkdir(exist_ok=True)
    registration, resampled = uid_of(f"{request.seed}/reg"), uid_of(f"{request.seed}/resampled")
    sop = uid_of(f"{request.seed}/reg/1")
    _object(request, out / "reg.dcm", "1.2.840.10008.5.1.4.1.1.66.1", registration, sop, "REG")
    folder = out / "resampled"
    folder.mkdir(exist_ok=True)
    slices = [uid_of(f"{request.seed}/resampled/{number}") for number in range(3)]
    for number, uid in enumerate(slices):
        _slice(request, folder / f"{number}.dcm", resampled, uid, number)
    pictures = []
    for name in ("checkerboard-axial-1", "checkerboard-axial-2", "contours-coronal"):
        path = out / f"{name}.png"
        path.write_bytes(png(120, 90, len(pictures)))
        pictures.append({"name": name, "path": str(path)})
    field = out / "displacement.nii.gz"
    field.write_bytes(b"not a real field")
    deformable = request.method.value == "deformable"
    quality = {
        "estimated_mm": 0.8,
        "p95_mm": 1.4,
        "restart_spread_mm": 0.2,
        "inverse_consistency_mm": 0.4,
        "local_mm": 0.6,
        "local_blocks": 57,
        "overlap": 0.93,
        "similarity": 0.71,
        "targets": 120,
        "jacobian": None,
    }
    rigid = {
        "method": "rigid",
        "verdict": told("verdict") or "good",
        "reasons": [],
        "estimated_error_mm": 0.8,
        "matrix": [[1, 0, 0, 2.5], [0, 1, 0, 0], [0, 0, 1, -4], [0, 0, 0, 1]],
        "start": "geometry",
        "quality": quality,
    }
    return rigid | {
        "method": "deformable" if deformable else "rigid",
        "displacement": str(field) if deformable else None,
        "half_voxel_mm": 1.0,
        "outputs": [
            {
                "kind": "registration",
                "path": str(out / "reg.dcm"),
                "series_uid": registration,
                "sop_uids": [sop],
            },
            {
                "kind": "resampled",
                "path": str(folder),
                "series_uid": resampled,
                "sop_uids": slices,
            },
        ],
        "pictures": pictures,
        "caveats": [],
        "rigid": rigid if deformable else None,
    }


def _object(
    request: FusionRequest, path: Path, sop_class: str, series: str, sop: str, modality: str
) -> Any:
    import pydicom

    data = pydicom.dcmread(request.fixed[0])
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = sop_class
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = sop
    data.SeriesInstanceUID, data.Modality = series, modality
    data.SeriesDescription, data.SeriesNumber = f"made {modality}", 9100
    for keyword in ("PixelData", "Rows", "Columns"):
        if keyword in data and modality == "REG":
            delattr(data, keyword)
    pydicom.dcmwrite(path, data, enforce_file_format=True)
    return data


def _slice(request: FusionRequest, path: Path, series: str, sop: str, number: int) -> None:
    import pydicom

    data = pydicom.dcmread(request.fixed[number % len(request.fixed)])
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = sop
    data.SeriesInstanceUID, data.SeriesDescription = series, "resampled"
    data.SeriesNumber, data.InstanceNumber = 9101, number + 1
    pydicom.dcmwrite(path, data, enforce_file_format=True)


def png(width: int, height: int, shade: int) -> bytes:
    """Return a small checkerboard."""
    rows = b"".join(
        b"\0"
        + b"".join(
            bytes([200 if (x // 15 + y // 15 + shade) % 2 else 40] * 3) for x in range(width)
        )
        for y in range(height)
    )
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
