"""Two validators of R4 resources that were not written here."""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

HERE = Path(__file__).resolve().parent
FHIR_JS = HERE.parents[1] / "vendor/test/fhir/bundle.js"


def faults_by_definitions(resources: list[dict[str, Any]]) -> list[list[str]]:
    """Return what HL7's R4 definitions object to, by FHIR.js."""
    node = shutil.which("node")
    if node is None or not FHIR_JS.is_file():
        pytest.skip("FHIR.js is not fetched, or there is no node to run it")
    done = subprocess.run(
        [node, str(HERE / "validate.js"), str(FHIR_JS)],
        input=json.dumps(resources).encode(),
        capture_output=True,
        timeout=120,
        check=True,
    )
    return json.loads(done.stdout)


def faults_by_models(resources: list[dict[str, Any]]) -> list[list[str]]:
    """Return what the models of fhir.resources object to.

    They are those of R4B, which differs from R4 in none of the resource types we write (R4B's
    changes are to medication, evidence and device definitions).
    """
    faults = []
    for resource in resources:
        name = resource["resourceType"]
        module = importlib.import_module(f"fhir.resources.R4B.{name.lower()}")
        try:
            getattr(module, name).model_validate(resource)
        except ValidationError as error:
            faults += [[name, f"{fault['loc']}: {fault['msg']}"] for fault in error.errors()]
    return faults
