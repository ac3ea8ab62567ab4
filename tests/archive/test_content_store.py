"""What every content store promises, and that a crash at any step loses or leaves nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongying.archive.content_store import (
    ContentStore,
    FileContentStore,
    FileIncoming,
    ObjectMissing,
)

STORES: dict[str, Callable[[Path], ContentStore]] = {"files": FileContentStore}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ContentStore]:
    made = STORES[request.param](tmp_path / "store")
    yield made
    end(made)


def end(store: ContentStore) -> None:
    """Let go of what the store's process would hold until it ends."""
    if isinstance(store, FileContentStore) and store._busy is not None:
        store._busy.close()


def bring(store: ContentStore, data: bytes) -> str:
    incoming = store.incoming()
    incoming.write(data)
    digest = incoming.keep()
    incoming.settle()
    return digest


def test_what_goes_in_comes_out(store: ContentStore) -> None:
    digest = bring(store, b"one" * 1000)
    assert digest == hashlib.sha256(b"one" * 1000).hexdigest()
    with store.open(digest) as file:
        assert file.read() == b"one" * 1000
    assert store.path(digest).read_bytes() == b"one" * 1000
    assert store.size(digest) == 3000
    assert list(store.digests()) == [digest]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=200)), st.data())
def test_bytes_written_in_any_pieces_and_read_in_any_spans(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], drawn: st.DataObject
) -> None:
    store = FileContentStore(tmp_path_factory.mktemp("store"))
    incoming = store.incoming()
    try:
        for piece in pieces:
            incoming.write(memoryview(piece))
        whole = b"".join(pieces)
        assert incoming.size == len(whole)
        assert incoming.reader().read() == whole
        digest = incoming.keep()
        incoming.settle()
        numbers = st.integers(0, len(whole))
        spans = drawn.draw(st.lists(st.tuples(numbers, numbers)))
        joined = b"".join(whole[offset : offset + length] for offset, length in spans)
        assert store.read(digest, spans) == joined
    finally:
        end(store)


def test_the_same_bytes_are_one_object(store: ContentStore) -> None:
    assert bring(store, b"same") == bring(store, b"same")
    assert len(list(store.digests())) == 1


def test_a_missing_object_has_no_size_and_cannot_be_opened(store: ContentStore) -> None:
    digest = "ab" * 32
    assert store.size(digest) is None
    with pytest.raises(ObjectMissing):
        store.open(digest)
    with pytest.raises(ObjectMissing):
        store.read(digest, [(0, 1)])
    store.delete(digest)


def test_deleting_removes_it(store: ContentStore) -> None:
    digest = bring(store, b"gone")
    store.delete(digest)
    assert store.size(digest) is None
    assert list(store.digests()) == []


def test_dropped_bytes_leave_nothing(store: ContentStore) -> None:
    incoming = store.incoming()
    incoming.write(b"half")
    incoming.drop()
    assert list(store.digests()) == []


def test_abandoning_spares_what_others_own(store: ContentStore) -> None:
    digest = bring(store, b"owned")
    again = store.incoming()
    again.write(b"owned")
    again.keep()
    again.abandon(lambda one: one == digest)
    assert store.size(digest) == 5


def test_abandoning_spares_what_another_is_bringing(store: ContentStore) -> None:
    first, second = store.incoming(), store.incoming()
    for one in (first, second):
        one.write(b"twice")
        digest = one.keep()
    first.abandon(lambda _: False)
    assert store.size(digest) == 5
    second.abandon(lambda _: False)
    assert store.size(digest) is None


class Crash(BaseException):
    """The power goes."""


@pytest.mark.parametrize("step", ["fsync", "rename", "link", "sync_directory", "settle", "nothing"])
@pytest.mark.parametrize("indexed", [True, False])
def test_after_a_crash_at_any_step_the_sweep_leaves_whole_owned_objects_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, indexed: bool
) -> None:
    store = FileContentStore(tmp_path)
    kept = bring(store, b"here before")
    owned = {kept}

    def crash(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        if step in ("fsync", "link"):
            patch.setattr(os, step, crash)
        elif step == "rename":
            patch.setattr(Path, "rename", crash)
        elif step == "sync_directory":
            patch.setattr(FileContentStore, "sync_directory", staticmethod(crash))
        elif step == "settle":
            patch.setattr(FileIncoming, "settle", crash)
        incoming = store.incoming()
        incoming.write(b"on its way")
        try:
            digest = incoming.keep()
            if indexed:
                owned.add(digest)
            incoming.settle()
        except Crash:
            pass
    # What the dead process held open goes with it.
    incoming._file.close()
    end(store)
    after = FileContentStore(tmp_path)
    removed = after.sweep(owned.__contains__)
    if step in ("fsync", "rename", "link", "sync_directory"):
        # Never indexed: `keep` did not return.
        assert set(after.digests()) == {kept}
    elif indexed:
        assert set(after.digests()) == owned and removed == []
    elif step == "settle":
        assert set(after.digests()) == {kept} and len(removed) == 1
    assert list(after.incoming_dir.iterdir()) == []
    for digest in after.digests():
        assert hashlib.sha256(after.path(digest).read_bytes()).hexdigest() == digest


def test_a_sweep_keeps_its_hands_off_while_somebody_brings_files_in(tmp_path: Path) -> None:
    living = FileContentStore(tmp_path)
    incoming = living.incoming()
    incoming.write(b"being written")
    assert FileContentStore(tmp_path).sweep(lambda _: False) == []
    digest = incoming.keep()
    incoming.settle()
    assert living.size(digest) == 13
    end(living)
