"""dicomweb-client, not written here, against a real server process."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
import requests
from dicomweb_client.api import DICOMwebClient
from dicomweb_world import image, pixels

pytestmark = pytest.mark.server


def command(data: Path, *words: str, text: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tongying.services.cli", *words, "--data", str(data)],
        input=text,
        text=True,
        capture_output=True,
        timeout=120,
        env={**os.environ},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    data = tmp_path_factory.mktemp("installation")
    command(data, "hospital", "add", "ONE", "One")
    command(
        data, "user", "add", "tech", "--role", "technologist", "--hospital", "ONE",
        "--password-stdin", text="Correct-horse-9\n",
    )  # fmt: skip
    token = json.loads(command(data, "token", "tech", "--json"))["token"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "tongying.services.cli", "web", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TONGYING_DATA": str(data)},
    )
    base = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                requests.get(f"{base}/healthz", timeout=120).close()
                break
            except requests.ConnectionError:
                assert time.monotonic() < deadline, "the server does not start"
                time.sleep(0.2)
        yield base, token
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture(scope="module")
def client(server: tuple[str, str]) -> Iterator[DICOMwebClient]:
    base, token = server
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token}"
        made = DICOMwebClient(url=f"{base}/dicomweb", session=session)
        files = [image(number=n) for n in (1, 2)] + [image("1.2.3.2", frames=3)]
        made.store_instances([pydicom.dcmread(io.BytesIO(data)) for data in files])
        yield made


def test_search(client: DICOMwebClient) -> None:
    for filters in ({}, {"PatientName": "wang*"}):
        rows = client.search_for_studies(search_filters=filters)
        assert {row["0020000D"]["Value"][0] for row in rows} >= {"1.2.3.1", "1.2.3.2"}
    assert client.search_for_studies(search_filters={"PatientName": "li*"}) == []
    assert len(client.search_for_series("1.2.3.1")) == 1
    assert len(client.search_for_instances("1.2.3.1", "1.2.3.1.1")) == 2
    assert len(client.search_for_instances(limit=1, offset=1)) == 1


def test_retrieve(client: DICOMwebClient) -> None:
    study = client.retrieve_study("1.2.3.1")
    assert [str(one.PatientName) for one in study] == ["Wang^Xiaoming=王^小明"] * 2
    series = client.retrieve_series("1.2.3.1", "1.2.3.1.1")
    assert sorted(one.InstanceNumber for one in series) == [1, 2]
    one = client.retrieve_instance("1.2.3.1", "1.2.3.1.1", "1.2.3.1.1.2")
    assert np.array_equal(one.pixel_array, pixels(2)[0])


def test_metadata_and_frames(client: DICOMwebClient) -> None:
    rows = client.retrieve_series_metadata("1.2.3.1", "1.2.3.1.1")
    found = [pydicom.Dataset.from_json(row, bulk_data_uri_handler=lambda *_: b"") for row in rows]
    assert [one.InstanceNumber for one in found] == [1, 2]
    frames = client.retrieve_instance_frames("1.2.3.2", "1.2.3.2.1", "1.2.3.2.1.1", [3, 1])
    assert frames == [pixels(1, 3)[number].tobytes() for number in (2, 0)]


def test_rendered(client: DICOMwebClient) -> None:
    picture = client.retrieve_instance_rendered(
        "1.2.3.1", "1.2.3.1.1", "1.2.3.1.1.1", media_types=("image/png",)
    )
    assert picture.startswith(b"\x89PNG")


def test_a_chunked_body_of_unknown_length(server: tuple[str, str]) -> None:
    base, token = server
    boundary = "c" * 60
    file = image("1.2.3.7")

    def body() -> Iterator[bytes]:
        yield f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
        for at in range(0, len(file), 100):
            yield file[at : at + 100]
        yield f"\r\n--{boundary}--\r\n".encode()

    with requests.post(
        f"{base}/dicomweb/studies",
        data=body(),
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": f'multipart/related; type="application/dicom"; boundary={boundary}',
        },
        timeout=60,
    ) as response:
        assert response.request.headers["Transfer-Encoding"] == "chunked"
        assert response.status_code == 200, response.text
