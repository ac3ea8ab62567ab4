"""Damaged files and the archive's core: an outcome for each, nothing half-stored, no crash."""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter

import pytest
from mutant_bases import bases
from mutations import KINDS, mutant, mutants

from tongying.archive.arrival import Door, Fate, Sender
from tongying.archive.content_store import FileContentStore
from tongying.archive.ingest import Intake
from tongying.dicom.rendering import Rendering, render_frame
from tongying.kernel.errors import TongyingError

# What third-party decoders say of damaged pixels is not a failure of ours.
pytestmark = pytest.mark.filterwarnings("default")

COUNTS = [100, pytest.param(1000, marks=[pytest.mark.long, pytest.mark.timeout(1200)])]
PNG = Rendering(media_type="image/png", viewport=(128, 128))


def test_the_same_number_is_always_the_same_file():
    again = [hashlib.sha256(mutant(number).data).digest() for number in range(64)]
    assert [hashlib.sha256(one.data).digest() for one in mutants(64)] == again


def test_every_kind_of_damage_meets_many_bases():
    drawn = {(one.kind, one.base.name) for one in mutants(1000)}
    assert {kind for kind, _ in drawn} == set(KINDS)
    assert {name for _, name in drawn} == {base.name for base in bases()}
    assert len(drawn) > 400
    assert all(one.data != one.base.data for one in mutants(200))


def test_every_base_is_stored_whole_while_it_is_undamaged(db, data_dir):
    arrivals, _ = _take_in(
        data_dir,
        [
            (base.name, base.numbered(7_000_000 // 16 * 16 + place))
            for place, base in enumerate(bases())
        ],
        packed_too=True,
    )
    assert {arrival.name: arrival.fate for arrival in arrivals} == {
        base.name: Fate.STORED for base in bases()
    }


@pytest.mark.parametrize("count", COUNTS)
def test_every_mutant_has_an_outcome_and_what_is_stored_can_be_shown(db, data_dir, count):
    files = [(one.name, one.data) for one in mutants(count)]
    arrivals, store = _take_in(data_dir, files)

    assert [arrival.name for arrival in arrivals] == [name for name, _ in files]
    for arrival in arrivals:
        assert (arrival.fate in (Fate.STORED, Fate.DUPLICATE)) or (arrival.reason and arrival.code)
    fates = Counter(arrival.fate for arrival in arrivals)
    assert fates[Fate.STORED] > count / 10
    assert fates[Fate.REFUSED] > count / 10
    assert list(store.incoming_dir.iterdir()) == []
    _check_stored(store, dict(files), arrivals)
    _check_sound(store)


def _take_in(data_dir, files, *, packed_too=False):
    from mutant_bases import packed

    from tongying.web.people.store import add_hospital
    from tongying.web.records.index import DjangoIndex

    add_hospital("MUTANTS", "县人民医院", actor="system")
    store = FileContentStore(data_dir)
    intake = Intake(store, DjangoIndex(), Sender("test", "MUTANTS", Door.IMPORT))
    for name, data in files:
        incoming = intake.incoming()
        incoming.write(packed(data, data.data) if packed_too else data)
        intake.offer(name, incoming)
    return intake.flush(), store


def _check_stored(store, files, arrivals):
    from tongying.web.records.images import opened_image
    from tongying.web.records.models import Instance
    from tongying.web.records.reading import located_of

    rows = {row.uid: row for row in Instance.objects.select_related("metadata", "series__study")}
    shown = Counter()
    for arrival in arrivals:
        if arrival.fate is not Fate.STORED:
            continue
        row = rows[arrival.sop_instance_uid]
        assert row.digest == hashlib.sha256(files[arrival.name]).hexdigest()
        metadata = json.loads(bytes(row.metadata.json))
        assert metadata["00080018"]["Value"] == [arrival.sop_instance_uid]
        try:
            with opened_image(located_of(row)) as image:
                assert render_frame(image, 1, rendering=PNG).startswith(b"\x89PNG")
            shown["shown"] += 1
        except TongyingError as refusal:
            assert refusal.sentence.endswith((".", "。"))
            shown["refused"] += 1
    assert shown["shown"] > 0


def _check_sound(store):
    from tongying.web.records.check import check

    report = check(store, read_bytes=True)
    assert report.sound, report


def test_a_read_that_fails_midway_leaves_nothing(db, data_dir):
    """The door's own failure, not the file's: the bytes are dropped and the rest goes on."""
    arrivals, store = _take_in(data_dir, [("good", bases()[0].numbered(42).data)])
    incoming = store.incoming()
    incoming.write(io.BytesIO(bases()[0].data).read(1000))
    incoming.drop()
    assert arrivals[0].fate is Fate.STORED
    assert list(store.incoming_dir.iterdir()) == []
    _check_sound(store)
