"""A DICOM listener in a process of its own, and the files and programs that call it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

SERVER = Path(__file__).with_name("dimse_server.py")
SHARED = Path(__file__).resolve().parents[2] / "../shared/data"
TOOLS = ("echoscu", "storescu", "findscu", "getscu", "movescu", "storescp")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
ENVIRONMENT = {**os.environ, "TCP_NODELAY": "1"}


@dataclass
class Listening:
    """A running listener."""

    process: subprocess.Popen
    port: int
    data: Path

    def command(self, line: str) -> list[str]:
        """Have the listener's process do something and return what it says."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        ok, *said = self.process.stdout.readline().split()
        assert ok == "ok"
        return said

    def dcmtk(self, tool: str, *words: object, called: str = "TONGYING", calling: str = "MODALITY"):
        """Run one of DCMTK's programs against the listener."""
        options, rest = [], list(words)
        while rest and isinstance(rest[0], str) and rest[0][:1] in "-+":
            options.append(rest.pop(0))
            while rest and not isinstance(rest[0], Path) and str(rest[0])[:1] not in "-+":
                options.append(rest.pop(0))
        # Not by its name alone: pynetdicom brings programs of the same names.
        line = [
            f"/usr/bin/{tool}",
            *options,
            "-aet",
            calling,
            "-aec",
            called,
            "127.0.0.1",
            self.port,
            *rest,
        ]
        return subprocess.run(
            [str(word) for word in line],
            capture_output=True,
            timeout=120,
            env=ENVIRONMENT,
            check=False,
        )

    def find(self, *keys: str, model: str = "-S", called: str = "TONGYING") -> list[dict[str, str]]:
        """Run a query and return the answers: keyword tag to value."""
        words = [word for key in keys for word in ("-k", key)]
        done = self.dcmtk("findscu", model, *words, called=called)
        assert done.returncode == 0, done.stderr
        answers: list[dict[str, str]] = []
        for line in (done.stdout + done.stderr).decode("utf-8").splitlines():
            text = line.removeprefix("I: ").strip()
            if "Find Response" in text:
                answers.append({})
            elif text.startswith("(") and answers:
                value = text[15:].partition("]" if text[15] == "[" else "#")[0].strip(" [\0")
                answers[-1][text[1:10]] = "" if value.startswith("(no value") else value
        return answers


@contextmanager
def listening(data: Path):
    """Run a listener on a data directory."""
    with (data.parent / "listener.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, str(SERVER), str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "TONGYING_DATA": str(data)},
        )
    try:
        line = process.stdout.readline()
        assert line, (data.parent / "listener.log").read_text()
        yield Listening(process, int(line), data)
    finally:
        if process.poll() is None:
            process.stdin.write("quit\n")
            process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        else:
            process.stdin.close()
        process.stdout.close()


@contextmanager
def storescp(directory: Path, *options: str):
    """Run a node that receives into a directory; yields its port."""
    directory.mkdir(parents=True, exist_ok=True)
    for _ in range(5):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = subprocess.Popen(
            ["storescp", *options, "-od", str(directory), str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
        )
        if _answers(process, port):
            break
        process.kill()
        process.wait()
    else:
        raise AssertionError("storescp found no port to listen on")
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


def _answers(process: subprocess.Popen, port: int) -> bool:
    """Wait until the process itself listens; another program may have taken the port meanwhile."""
    pause = threading.Event()
    for _ in range(400):
        with socket.socket() as probe:
            reached = probe.connect_ex(("127.0.0.1", port)) == 0
        pause.wait(0.05)
        if process.poll() is not None:
            return False
        if reached:
            return True
    return False


def ct(name: str, patient_id: str, *, study: str, series: str, number: int = 1) -> Dataset:
    """Return a small CT slice."""
    image = Dataset()
    image.SpecificCharacterSet = "ISO_IR 192"
    image.SOPClassUID = CTImageStorage
    image.SOPInstanceUID = generate_uid(entropy_srcs=[series, str(number)])
    image.StudyDate, image.StudyTime, image.AccessionNumber = "20260301", "101500", "A1"
    image.Modality, image.StudyDescription = "CT", "胸部平扫"
    image.PatientName, image.PatientID = name, patient_id
    image.PatientBirthDate, image.PatientSex = "20190101", "M"
    image.StudyInstanceUID, image.SeriesInstanceUID = study, series
    image.StudyID, image.SeriesNumber, image.InstanceNumber = "1", 2, number
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.Rows = image.Columns = 64
    image.BitsAllocated, image.BitsStored, image.HighBit = 16, 12, 11
    image.PixelRepresentation = 0
    image.PixelData = b"".join(
        (pixel * number % 4096).to_bytes(2, "little") for pixel in range(64 * 64)
    )
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
    return image


def series_of(directory: Path, count: int, name: str, patient_id: str) -> list[Path]:
    """Write a study of one series and return its files."""
    directory.mkdir(parents=True, exist_ok=True)
    study, series = generate_uid(), generate_uid()
    paths = []
    for number in range(1, count + 1):
        path = directory / f"{number:03d}.dcm"
        image = ct(name, patient_id, study=study, series=series, number=number)
        image.save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths
