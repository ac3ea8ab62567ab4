"""Finished stages of a fusion on disk: a run that was cut short goes on from there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from tongying.imaging.fusion import Stages
from tongying.imaging.grid import Grid
from tongying.imaging.quality.estimate import ErrorEstimate, Jacobian
from tongying.imaging.registration.result import Method, Registration
from tongying.imaging.transform import DisplacementTransform, MatrixTransform, Transform
from tongying.kernel.caveat import Caveat

_NOTE = "inputs.json"


def stages_in(folder: Path, inputs: dict[str, Any]) -> Stages:
    """Return the stages kept in a folder, begun anew unless they are of the same inputs.

    Parameters
    ----------
    folder : Path
        Made if need be.
    inputs : dict
        What tells one computation from another, as JSON: digests of the images, method, seed,
        version of the code.
    """
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / _NOTE
    if _read(note) != inputs:
        for path in folder.iterdir():
            path.unlink()
        _write(note, json.dumps(inputs, sort_keys=True).encode())

    def find(name: str) -> Registration | ErrorEstimate | None:
        stored = _read(folder / f"{name}.json")
        if stored is None:
            return None
        if "estimate" in stored:
            return _estimate(stored["estimate"])
        return _registration(stored, folder / f"{name}.npz")

    def keep(name: str, value: Registration | ErrorEstimate) -> None:
        if isinstance(value, ErrorEstimate):
            stored: dict[str, Any] = {"estimate": asdict(value)}
        else:
            stored = _stored(value)
            if isinstance(value.transform, DisplacementTransform):
                field = value.transform.displacement_mm
                _put(folder / f"{name}.npz", lambda path: _save(path, field))
        # Last: the stage is finished once this file is there.
        _write(folder / f"{name}.json", json.dumps(stored).encode())

    return Stages(find, keep)


def _stored(registration: Registration) -> dict[str, Any]:
    transform = registration.transform
    grid = transform.grid.as_json() if isinstance(transform, DisplacementTransform) else None
    return {
        "matrix": transform.matrix.tolist(),
        "grid": grid,
        "method": registration.method.value,
        "similarity": registration.similarity,
        "restarts": [one.matrix.tolist() for one in registration.restarts],
        "start": registration.start,
        "caveats": [caveat.as_json() for caveat in registration.caveats],
    }


def _registration(stored: dict[str, Any], field: Path) -> Registration:
    matrix = np.array(stored["matrix"])
    transform: Transform = MatrixTransform(matrix)
    if stored["grid"] is not None:
        grid = Grid(tuple(stored["grid"]["shape"]), np.array(stored["grid"]["affine"]))
        with np.load(field) as arrays:
            transform = DisplacementTransform(matrix, arrays["displacement_mm"], grid)
    return Registration(
        transform,
        Method(stored["method"]),
        stored["similarity"],
        tuple(MatrixTransform(np.array(one)) for one in stored["restarts"]),
        stored["start"],
        tuple(Caveat(one["code"], one["sentence"]) for one in stored["caveats"]),
    )


def _estimate(stored: dict[str, Any]) -> ErrorEstimate:
    jacobian = stored.pop("jacobian")
    return ErrorEstimate(**stored, jacobian=Jacobian(**jacobian) if jacobian else None)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        read: dict[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    return read


def _save(path: Path, field: np.ndarray[Any, np.dtype[np.float32]]) -> None:
    with path.open("wb") as file:
        np.savez(file, displacement_mm=field)


def _write(path: Path, content: bytes) -> None:
    _put(path, lambda part: part.write_bytes(content))


def _put(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file so that it is there whole or not at all."""
    part = path.with_name(f".{path.name}")
    write(part)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)
