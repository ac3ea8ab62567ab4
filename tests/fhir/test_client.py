"""A client over the wire: what it is told, it can follow."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from alliance import Alliance, build
from tongying.archive.content_store import FileContentStore
from tongying.web.records import images
from tongying.web.trail import store as trail


@pytest.fixture
def served(
    transactional_db: None,
    live_server: Any,
    content_store: FileContentStore,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[tuple[str, Alliance]]:
    monkeypatch.setattr(images, "_store", content_store)
    trail.forget_episodes()
    yield f"{live_server.url}/fhir", build()
    trail.forget_episodes()


@pytest.mark.server
def test_a_county_system_fetches_its_answers(served: tuple[str, Alliance]) -> None:
    base, world = served
    statement = requests.get(f"{base}/metadata", timeout=10).json()
    assert statement["implementation"]["url"] == base
    with requests.Session() as session:
        session.headers.update(world.bearer("zhang"))
        session.headers["Accept"] = "application/fhir+json"
        query = {"status": "final,amended", "issued": "ge2020-01-01", "_count": "1"}
        found = session.get(f"{base}/DiagnosticReport", params=query, timeout=10).json()
        (entry,) = found["entry"]
        assert session.get(entry["fullUrl"], timeout=10).json() == entry["resource"]
        report = entry["resource"]
        subject = session.get(f"{base}/{report['subject']['reference']}", timeout=10).json()
        assert subject["name"][0]["text"] == "王小明"
        form = report["presentedForm"][0]
        pdf = session.get(form["url"], headers={"Accept": "application/pdf"}, timeout=10)
        assert pdf.headers["Content-Type"] == "application/pdf"
        assert hashlib.sha1(pdf.content).digest() == b64decode(form["hash"])  # noqa: S324
        pages, address = 0, f"{base}/ImagingStudy?_count=2"
        while address:
            bundle = session.get(address, timeout=10).json()
            pages += 1
            links = {link["relation"]: link["url"] for link in bundle["link"]}
            address = links.get("next", "")
        assert pages == 2
