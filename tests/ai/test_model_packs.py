"""Packs are what their cards say, byte for byte, and are installed whole or not at all."""

from __future__ import annotations

import zipfile
from hashlib import sha256

import pytest
from pack_making import card_for, card_text, make_pack

from tongying.ai.backends.pack_files import file_below
from tongying.ai.backends.protocol import PackBroken, RuntimeMissing
from tongying.ai.backends.registry import backend_of
from tongying.ai.card.definition import Runtime
from tongying.ai.card.reading import CardRefused
from tongying.ai.pack import PackThere, install_pack, open_pack

FILES = {"net.onnx": b"weights", "more/labels.txt": b"names"}
TEXT = card_text("net.onnx", runtime="onnx", files=FILES)


def left(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def zipped(path, files, around=""):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(around + name, content)
    return path


def test_a_pack_from_a_folder_and_from_zips(tmp_path):
    make_pack(tmp_path / "pack", TEXT, FILES)
    whole = {"card.yaml": TEXT.encode(), **FILES}
    sources = [
        tmp_path / "pack",
        zipped(tmp_path / "flat.zip", whole),
        zipped(tmp_path / "around.zip", whole, around="my-pack/"),
    ]
    for number, source in enumerate(sources):
        into = tmp_path / f"into{number}"
        target = install_pack(source, into).folder
        assert target.name == "test-model-1.0.0"
        assert left(into) == [target.name]
        card, text = open_pack(target)
        assert (card.id, text) == ("test-model", TEXT)
        assert (target / "more/labels.txt").read_bytes() == b"names"
        assert install_pack(source, into).folder == target


def test_the_same_version_with_something_else_is_refused(tmp_path):
    make_pack(tmp_path / "one", TEXT, FILES)
    other = {**FILES, "net.onnx": b"others"}
    make_pack(tmp_path / "two", card_text("net.onnx", runtime="onnx", files=other), other)
    target = install_pack(tmp_path / "one", tmp_path / "into").folder
    with pytest.raises(PackThere):
        install_pack(tmp_path / "two", tmp_path / "into")
    assert (target / "net.onnx").read_bytes() == b"weights"
    assert left(tmp_path / "into") == [target.name]


@pytest.mark.parametrize(
    "harm", ["changed", "missing", "more", "no card", "link", "not utf-8", "card larger"]
)
def test_a_pack_that_is_not_what_it_says_leaves_nothing(tmp_path, harm):
    pack, into = tmp_path / "pack", tmp_path / "into"
    make_pack(pack, TEXT, FILES)
    if harm == "changed":
        (pack / "net.onnx").write_bytes(b"weightz")
    elif harm == "missing":
        (pack / "net.onnx").unlink()
    elif harm == "more":
        (pack / "hidden.py").write_text("")
    elif harm == "no card":
        (pack / "card.yaml").unlink()
    elif harm == "link":
        (pack / "net.onnx").unlink()
        (tmp_path / "elsewhere").write_bytes(b"weights")
        (pack / "net.onnx").symlink_to(tmp_path / "elsewhere")
    elif harm == "not utf-8":
        (pack / "card.yaml").write_bytes(b"\xff\xfe\xfa")
    else:
        (pack / "card.yaml").write_bytes(b"#" * ((1 << 20) + 1))
    with pytest.raises(PackBroken):
        install_pack(pack, into)
    assert left(into) == []


@pytest.mark.parametrize(
    "name", ["../out.txt", "/out.txt", "a/../../out.txt", "..\\out.txt", "a/..", "./../out"]
)
def test_no_name_in_a_zip_leads_elsewhere(tmp_path, name):
    source = zipped(tmp_path / "x.zip", {"card.yaml": TEXT.encode(), **FILES, name: b"!"})
    before = left(tmp_path)
    with pytest.raises(PackBroken):
        install_pack(source, tmp_path / "into")
    assert left(tmp_path) == sorted([*before, "into"])
    assert left(tmp_path / "into") == []


@pytest.mark.parametrize("name", ["", "/a", "..", "a/../b", "a\\b", "a\0b"])
def test_names_that_lead_elsewhere(tmp_path, name):
    with pytest.raises(PackBroken):
        file_below(tmp_path, name)


def test_a_link_in_a_zip_and_damaged_zips(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("card.yaml", TEXT)
        info = zipfile.ZipInfo("net.onnx")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    content = zipped(tmp_path / "good.zip", {"card.yaml": TEXT.encode(), **FILES}).read_bytes()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(content[:-30])
    wrong = tmp_path / "wrong.zip"
    wrong.write_bytes(content.replace(b"weights", b"weightz"))
    for source in (path, cut, wrong, tmp_path / "absent.zip"):
        with pytest.raises(PackBroken):
            install_pack(source, tmp_path / "into")
        assert left(tmp_path / "into") == []


def test_a_card_that_cannot_be_followed(tmp_path):
    make_pack(tmp_path / "pack", TEXT, FILES)
    (tmp_path / "pack/card.yaml").write_text(TEXT.replace("vendor: Tests", "vender: Tests"))
    with pytest.raises(CardRefused) as refusal:
        install_pack(tmp_path / "pack", tmp_path / "into")
    assert len(refusal.value.faults) >= 2
    assert left(tmp_path / "into") == []


def test_weights_that_were_changed_after_installing_are_not_run(tmp_path):
    make_pack(tmp_path / "pack", TEXT, FILES)
    target = install_pack(tmp_path / "pack", tmp_path / "into").folder
    (target / "net.onnx").write_bytes(b"poison")
    with pytest.raises(PackBroken):
        open_pack(target)


@pytest.mark.parametrize(
    ("runtime", "entry", "error"),
    [
        ("built-in", "tongying.ai.plain:absent", PackBroken),
        ("built-in", "tongying.ai.absent:plain", PackBroken),
        ("python", "nobody-offers-this", RuntimeMissing),
        ("command", "no-such-program-here {in} {out}", RuntimeMissing),
        ("command", "'open quote", PackBroken),
        ("command", "{pack}/run", PackBroken),
        ("http", "https://user:secret@vendor.example/", PackBroken),
        ("http", "http://vendor.example/tasks", PackBroken),
        ("ups", "anything", RuntimeMissing),
    ],
)
def test_a_runtime_that_is_not_there_says_so(runtime, entry, error):
    card = card_for(entry, runtime=runtime)
    with pytest.raises(error):
        backend_of(Runtime(runtime)).load(card, None)


def test_digests_are_of_whole_files(tmp_path):
    large = {"net.onnx": bytes(3_000_000)}
    assert sha256(large["net.onnx"]).hexdigest() in card_text("net.onnx", files=large)
    make_pack(tmp_path / "pack", card_text("net.onnx", runtime="onnx", files=large), large)
    open_pack(tmp_path / "pack")
