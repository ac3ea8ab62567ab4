"""A norm's document as a file: read, checked, compared, exported; nothing is written over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tongying.kernel.errors import BadInput
from tongying.norms.norm import Origin
from tongying.norms.release.csv_table import csv_table
from tongying.norms.release.difference import difference
from tongying.norms.release.document import digest, making_from, norm_from
from tongying.norms.release.observation_definition import observation_definition
from tongying.norms.release.release import missing


def free(path: Path) -> Path:
    """Return a path at which nothing stands yet.

    Raises
    ------
    BadInput
        If something stands there, or its folder does not exist.
    """
    if path.exists():
        raise BadInput(f"{path} exists; nothing is written over.", code="norms.out-taken")
    if not path.parent.is_dir():
        raise BadInput(f"There is no folder {path.parent}.", code="norms.out-folder")
    return path


def read_document(path: Path) -> str:
    """Return a text file.

    Raises
    ------
    BadInput
        If it cannot be read, or is no text in UTF-8 or GB 18030.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.", code="norms.file") from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput(f"{path} is no text.", code="norms.file")


def release_files(
    text: str, before: str | None, csv: Path | None, fhir: Path | None
) -> tuple[dict[str, Any], str]:
    """Check a document, say what changed, export it; return the answer and its words.

    Raises
    ------
    BadInput
        If a document is not one, or an export's file exists.
    """
    norm, making = norm_from(text), making_from(text)
    for path in (csv, fhir):
        if path is not None:
            free(path)
    lacking = list(missing(norm, making)) if making is not None else []
    if making is None and norm.origin is Origin.RELEASED:
        lacking = ["how it was made"]
    changed = difference(before, text) if before is not None else None
    if csv is not None:
        csv.write_text(csv_table(norm), encoding="utf-8-sig")
    if fhir is not None:
        resource = observation_definition(norm)
        fhir.write_text(json.dumps(resource, ensure_ascii=False, indent=1), encoding="utf-8")
    answer: dict[str, Any] = {
        "id": norm.id,
        "sha256": digest(text),
        "measure": norm.measure,
        "population": norm.population.english,
        "n": norm.population.n,
        "signed_off": bool(norm.signed_off),
        "may_be_released": not lacking,
        "missing": lacking,
        "written": [str(path) for path in (csv, fhir) if path is not None],
    }
    if changed is not None:
        answer["difference"] = {
            "fields": [
                {"path": one.path, "before": one.before, "after": one.after}
                for one in changed.fields
            ],
            "furthest_sd": changed.furthest,
            "not_compared": changed.why_no_moves,
        }
    lines = [f"{norm.id}  sha256 {answer['sha256']}"]
    lines += [f"  missing: {one}" for one in lacking]
    if changed is not None:
        lines.append(f"  {len(changed.fields)} fields differ")
        if changed.furthest is not None:
            lines.append(f"  a centile moved by {changed.furthest:.3f} SD at most")
    lines += [f"  wrote {path}" for path in answer["written"]]
    return answer, "\n".join([*lines, "Research use only."])
