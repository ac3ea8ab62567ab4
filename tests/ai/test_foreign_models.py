"""Programs and services of others: what they are handed, and what is taken from them."""

from __future__ import annotations

import json
import stat
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pydicom
import pytest
from pack_making import SERIES, STUDY, card_for, card_text, make_pack, request_for, write_study

from tongying.ai.answer import Level
from tongying.ai.answer_files import read_answer, write_answer
from tongying.ai.backends import http_service
from tongying.ai.backends.foreign import ForeignResult, take_in
from tongying.ai.backends.http_parts import parts_of
from tongying.ai.backends.http_service import ServiceFailed
from tongying.ai.backends.protocol import PackBroken, RunRefused
from tongying.ai.backends.registry import backend_of
from tongying.ai.card.definition import Runtime
from tongying.imaging.progress import silent

RESULT = {
    "findings": [{"number": 1, "kind": "bright", "series_uid": SERIES, "probability": 0.75}],
    "values": [{"measure": "brain-volume", "value": 1400000, "unit": "mm3"}],
    "flags": [{"kind": "bright", "level": "look", "english": "Seen.", "chinese": "可见。"}],
    "texts": [{"part": "findings", "english": "Text.", "chinese": "文字。"}],
}
SEG = "1.2.840.10008.5.1.4.1.1.66.4"


@pytest.fixture
def study(tmp_path):
    return write_study(tmp_path / "study")


def vendor_object(path, **change):
    """A segmentation's header as a vendor might write it; the archive judges the rest."""
    (source,) = write_study(path.parent / "source", np.zeros((1, 4, 4)))
    dataset = pydicom.dcmread(source)
    source.unlink()
    source.parent.rmdir()
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = SEG
    dataset.SeriesInstanceUID = "1.2.826.0.1.99"
    for name, value in change.items():
        setattr(dataset, name, value)
    dataset.save_as(path)
    return path


def given_folder(tmp_path, result=RESULT, **change):
    folder = tmp_path / "given"
    folder.mkdir()
    vendor_object(folder / "seg.dcm", **change)
    (folder / "result.json").write_text(json.dumps(result))
    return folder


def take(tmp_path, study, given):
    out = tmp_path / "out"
    out.mkdir()
    return take_in(card_for("x", runtime="command"), request_for(study), given, out), out


def test_objects_and_results_are_taken_over(tmp_path, study):
    answer, out = take(tmp_path, study, given_folder(tmp_path))
    assert answer.objects == ("objects/0001.dcm",)
    assert pydicom.dcmread(out / "objects/0001.dcm").SOPClassUID == SEG
    (value,) = answer.values
    assert (value.value, value.unit) == (pytest.approx(1400), "cm3")
    assert (value.method.tool, value.method.version) == ("test-model", "1.0.0")
    assert answer.flags[0].level is Level.LOOK
    write_answer(out, answer)
    assert read_answer(out).findings == answer.findings


def test_nothing_at_all_is_an_empty_answer(tmp_path, study):
    (tmp_path / "given").mkdir()
    answer, _ = take(tmp_path, study, tmp_path / "given")
    assert (answer.objects, answer.findings) == ((), ())


@pytest.mark.parametrize(
    "change",
    [
        {"PatientID": "OTHER"},
        {"StudyInstanceUID": "1.2.3"},
        {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4"},
        {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.104.1"},
    ],
)
def test_objects_of_others_are_not_taken(tmp_path, study, change):
    with pytest.raises(ForeignResult):
        take(tmp_path, study, given_folder(tmp_path, **change))


@pytest.mark.parametrize(
    "change",
    [
        {"findings": [{"number": 1, "kind": "cancer", "series_uid": SERIES}]},
        {"findings": [{"number": 1, "kind": "bright", "series_uid": "1.2.3"}]},
        {"findings": [{"number": 1, "kind": "bright"}]},
        {"findings": "many"},
        {"flags": [{"kind": "cancer", "level": "look", "english": "", "chinese": ""}]},
        {"values": [{"measure": "brain-girth", "value": 1, "unit": "mm"}]},
        {"values": [{"measure": "brain-volume", "value": 1, "unit": "mm"}]},
        {"values": [{"measure": "brain-volume", "value": 1, "unit": "cm3", "method": {}}]},
        {"diagnosis": "cancer"},
    ],
)
def test_results_beyond_the_card_are_not_taken(tmp_path, study, change):
    with pytest.raises(ForeignResult):
        take(tmp_path, study, given_folder(tmp_path, {**RESULT, **change}))


@pytest.mark.parametrize("content", [b"", b"not json", b"[]"])
def test_a_result_that_is_none(tmp_path, study, content):
    given = given_folder(tmp_path)
    (given / "result.json").write_bytes(content)
    with pytest.raises(ForeignResult):
        take(tmp_path, study, given)


def test_links_and_other_files_are_not_taken(tmp_path, study):
    given = given_folder(tmp_path)
    (given / "notes.txt").write_text("hello")
    with pytest.raises(ForeignResult):
        take(tmp_path, study, given)
    (given / "notes.txt").unlink()
    (given / "link.dcm").symlink_to(study[0])
    with pytest.raises(ForeignResult):
        take_in(card_for("x", runtime="command"), request_for(study), given, tmp_path / "out")


PROGRAM = """\
#!{python}
import json, shutil, sys
from pathlib import Path
taken, prior, out, how = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
if how == "refuse":
    (out / "refusal.txt").write_text("There is no\\nliver here.")
    sys.exit(3)
if how == "silent":
    sys.exit(3)
if how == "break":
    sys.exit(1)
files = sorted(str(one.relative_to(taken)) for one in taken.rglob("*.dcm"))
given = json.loads((taken / "given.json").read_text())
text = dict(part="findings", english=" ".join(files), chinese=given["question"] + sys.argv[5])
(out / "result.json").write_text(json.dumps(dict(texts=[text])))
"""


def program_pack(tmp_path, how="answer"):
    files = {"run.py": PROGRAM.format(python=sys.executable).encode()}
    entry = f"{{pack}}/run.py {{in}} {{prior}} {{out}} {how} '{{threads}} {{memory}} {{seconds}}'"
    text = card_text(entry, runtime="command", files=files)
    return make_pack(tmp_path / "pack", text, files), tmp_path / "pack"


def run_program(tmp_path, study, how):
    card, pack = program_pack(tmp_path, how)
    loaded = backend_of(Runtime.COMMAND).load(card, pack)
    out = tmp_path / "answer"
    out.mkdir()
    before = study[0].read_bytes()
    request = request_for(study, given={"question": "肿块？"})
    answer = loaded.run(request, out, silent)
    loaded.close()
    assert study[0].read_bytes() == before
    return answer


def test_a_program_of_a_pack_is_run(tmp_path, study):
    answer = run_program(tmp_path, study, "answer")
    (text,) = answer.texts
    assert text.english == " ".join(f"0001/{number:06d}.dcm" for number in range(1, 7))
    assert text.chinese == "肿块？1 4000 60"
    assert (tmp_path / "pack/run.py").stat().st_mode & stat.S_IXUSR


@pytest.mark.parametrize(
    ("how", "code", "sentence"),
    [
        ("refuse", "ai.program-refused", "There is no liver here."),
        ("silent", "ai.program-refused", "refused and did not say why"),
        ("break", "ai.program-failed", "ended with an error"),
    ],
)
def test_a_program_that_refuses_or_breaks(tmp_path, study, how, code, sentence):
    with pytest.raises(RunRefused, match=sentence) as refusal:
        run_program(tmp_path, study, how)
    assert refusal.value.error_code == code


def test_a_program_that_is_not_the_cards_is_not_run(tmp_path):
    card, pack = program_pack(tmp_path)
    (pack / "run.py").write_text("#!/bin/sh\nexit 0\n")
    with pytest.raises(PackBroken):
        backend_of(Runtime.COMMAND).load(card, pack)


class Vendor(BaseHTTPRequestHandler):
    """A vendor's service; what it does is the path it is called by."""

    seen: list[tuple[str, str, object]]

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.seen.append(("POST", self.path, json.loads(self.rfile.read(length))))
        if self.path == "/elsewhere":
            return self.say(201, b"", Location="http://127.0.0.2:1/tasks/1")
        if self.path == "/no":
            return self.say(400, b"")
        if self.path == "/moved":
            return self.say(307, b"", Location="/tasks/whole")
        return self.say(202, b"", Location=f"/tasks{self.path}")

    def do_GET(self):
        self.seen.append(("GET", self.path, None))
        how = self.path.removeprefix("/tasks/").removesuffix("/result")
        if self.path.endswith("/result"):
            return self.result(how)
        polls = sum(one[:2] == ("GET", self.path) for one in self.seen)
        if how == "refuses":
            return self.json({"state": "refused", "sentence": "No liver."})
        if how == "fails":
            return self.json({"state": "failed"})
        if how == "nonsense":
            return self.say(200, b"<html>")
        return self.json({"state": "running", "fraction": 0.5} if polls < 3 else {"state": "done"})

    def do_DELETE(self):
        self.seen.append(("DELETE", self.path, None))
        self.say(204, b"")

    def result(self, how):
        if how == "stored":
            return self.say(204, b"")
        if how == "only-json":
            return self.json(RESULT)
        if how == "page":
            return self.say(200, b"<html>", **{"Content-Type": "text/html"})
        parts = [("application/dicom", self.server.seg)]
        parts.append(("application/json", json.dumps(RESULT).encode()))
        body = b"".join(
            b"--x\r\nContent-Type: " + kind.encode() + b"\r\n\r\n" + content + b"\r\n"
            for kind, content in parts
        )
        return self.say(
            200, body + b"--x--\r\n", **{"Content-Type": "multipart/related; boundary=x"}
        )

    def json(self, value):
        self.say(200, json.dumps(value).encode(), **{"Content-Type": "application/json"})

    def say(self, status, content, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *told):
        pass


@pytest.fixture
def vendor(tmp_path, monkeypatch):
    monkeypatch.setattr(http_service, "POLL_SECONDS", 0.0)
    handler = type("Handler", (Vendor,), {"seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.seen = handler.seen
    server.seg = vendor_object(tmp_path / "seg.dcm").read_bytes()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def ask_vendor(vendor, tmp_path, study, how, told=silent):
    out = tmp_path / "answer"
    out.mkdir()
    card = card_for(f"http://127.0.0.1:{vendor.server_port}/{how}", runtime="http")
    loaded = backend_of(Runtime.HTTP).load(card, None)
    request = request_for(study, identity_seed="abc", dicomweb="http://here/dicomweb", token="once")
    answer = loaded.run(request, out, told)
    loaded.close()
    return answer


def test_a_service_is_told_the_task_and_its_results_are_taken(vendor, tmp_path, study):
    told = []
    answer = ask_vendor(
        vendor, tmp_path, study, "whole", lambda fraction, what: told.append((fraction, what))
    )
    assert answer.objects == ("objects/0001.dcm",)
    assert (tmp_path / "answer/objects/0001.dcm").read_bytes() == vendor.seg
    assert answer.findings[0].probability == 0.75
    assert vendor.seen[0] == (
        "POST",
        "/whole",
        {
            "task": "abc",
            "card": "test-model",
            "version": "1.0.0",
            "study": STUDY,
            "series": [SERIES],
            "prior": [],
            "dicomweb": "http://here/dicomweb",
            "token": "once",
            "given": {},
        },
    )
    assert told == [(0.5, "service")] * 2


def test_a_service_that_gives_json_alone_or_stored_everything(vendor, tmp_path, study):
    assert ask_vendor(vendor, tmp_path / "a", write_study(tmp_path / "a"), "only-json").values
    (tmp_path / "b").mkdir()
    assert ask_vendor(vendor, tmp_path / "b", study, "stored").objects == ()


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ("refuses", RunRefused),
        ("fails", ServiceFailed),
        ("nonsense", ServiceFailed),
        ("page", ServiceFailed),
        ("elsewhere", ServiceFailed),
        ("moved", ServiceFailed),
        ("no", ServiceFailed),
    ],
)
def test_a_service_that_does_not_keep_to_it(vendor, tmp_path, study, how, error):
    with pytest.raises(error):
        ask_vendor(vendor, tmp_path, study, how)
    assert list((tmp_path / "answer").iterdir()) == []
    gave_up = ("DELETE", f"/tasks/{how}", None) in vendor.seen
    assert gave_up is (how in ("refuses", "fails", "nonsense"))


def test_nobody_waits_for_a_task_that_was_ended(vendor, tmp_path, study):
    def ended(fraction, what):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask_vendor(vendor, tmp_path, study, "whole", ended)
    assert vendor.seen[-1] == ("DELETE", "/tasks/whole", None)


def test_a_service_that_is_not_there(vendor, tmp_path, study):
    port = vendor.server_port
    vendor.shutdown()
    vendor.server_close()
    card = card_for(f"http://127.0.0.1:{port}/x", runtime="http")
    with pytest.raises(ServiceFailed, match="cannot be reached"):
        backend_of(Runtime.HTTP).load(card, None).run(request_for(study), tmp_path, silent)


def test_a_network_that_is_trusted_is_named_on_the_card():
    for settings, good in (({}, False), ({"plain-http": "yes"}, True)):
        card = card_for("http://vendor.example/tasks", runtime="http", settings=settings)
        if good:
            backend_of(Runtime.HTTP).load(card, None)
        else:
            with pytest.raises(PackBroken):
                backend_of(Runtime.HTTP).load(card, None)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text/html", b""),
        ("multipart/related", b"--x\r\n\r\na\r\n--x--"),
        ("multipart/mixed; boundary=x", b"--x\r\n\r\na\r\n--x--"),
        ("multipart/related; boundary=x", b"--x\r\nContent-Type: a/b\r\n\r\ncut off"),
        ("multipart/related; boundary=x", b"--x\r\nno end of head\r\n--x--"),
    ],
)
def test_what_is_no_multipart(kind, content):
    assert parts_of(kind, content) is None


def test_parts_keep_every_byte():
    content = bytes(range(256)) + b"\r\n--y\r\n\n\n"
    body = b"--x\r\nContent-Type: application/dicom\r\n\r\n" + content + b"\r\n--x--\r\n"
    kind = 'multipart/related; type="application/dicom"; boundary="x"'
    assert parts_of(kind, body) == [("application/dicom", content)]
