"""An answer lies in a folder as it was, and the same answer gives the same bytes."""

from __future__ import annotations

import json
import math
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongying.ai.answer import Answer, DraftText, Flag, Found, LabelledMask, Level, Told, ValueMap
from tongying.ai.answer_files import (
    ANSWER,
    AnswerBroken,
    answer_digest,
    canonical,
    read_answer,
    write_answer,
)
from tongying.ai.plain import PlainRefused, plain, typed
from tongying.imaging.grid import Grid
from tongying.imaging.volume import Quantity
from tongying.kernel.caveat import Caveat
from tongying.norms.method import MeasuringMethod

GRID = Grid.of((3, 5, 7), spacing_mm=(0.7, 0.9, 2.5), origin_mm=(-1.25, 1 / 3, 8.0))
METHOD = MeasuringMethod("test-model", "1.0.0", None, None)


def whole(seed: int = 1) -> Answer:
    random = np.random.default_rng(seed)
    mask = LabelledMask("box", "Box", "盒", "1.2.3", random.random(GRID.shape) > 0.5, GRID)
    return Answer(
        findings=(
            Found(
                1,
                "bright",
                "1.2.3",
                centre_mm=(1.5, -2.25, 1e-7),
                probability=0.1 + 0.2,
                mask="box",
                details={"mean_hu": 1 / 3, "prior_number": "2", "b": np.float32(0.5)},
                caveats=(Caveat("ai.test", "A doubt."),),
            ),
        ),
        values=(Told("brain-volume", 1469.25, "cm3", "", METHOD),),
        flags=(Flag("bright", Level.LOOK, "It is.", "是。", 0.25, "1.2.3"),),
        texts=(DraftText("findings", "Text.", "文字。"),),
        masks=(mask,),
        maps=(
            ValueMap(
                "chance", "Chance", "概率", "1.2.3",
                random.random(GRID.shape).astype(np.float32), GRID, Quantity.UNKNOWN,
            ),
        ),
        objects=("objects/0001.dcm",),
        caveats=(Caveat("ai.other", "Another doubt."),),
    )  # fmt: skip


def with_object(folder):
    (folder / "objects").mkdir(parents=True)
    (folder / "objects/0001.dcm").write_bytes(b"not read here")
    return folder


def test_an_answer_comes_back_as_it_was(tmp_path):
    folder = with_object(tmp_path / "one")
    digest = write_answer(folder, whole())
    back = read_answer(folder)
    first = whole()
    assert back.values == first.values
    assert back.flags == first.flags
    assert back.texts == first.texts
    assert back.objects == first.objects
    assert back.caveats == first.caveats
    assert back.findings[0].details == {"mean_hu": 1 / 3, "prior_number": "2", "b": 0.5}
    assert back.findings[0].centre_mm == (1.5, -2.25, 1e-7)
    assert (back.masks[0].mask == first.masks[0].mask).all()
    assert (back.masks[0].grid.affine == GRID.affine).all()
    assert back.maps[0].array.dtype == np.float32
    assert (back.maps[0].array == first.maps[0].array).all()
    again = with_object(tmp_path / "two")
    assert write_answer(again, back) == digest == answer_digest(folder)
    names = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    assert [(folder / one).read_bytes() for one in names] == [
        (again / one).read_bytes() for one in names
    ]


def test_every_part_changes_the_digest(tmp_path):
    digests = {write_answer(with_object(tmp_path / str(seed)), whole(seed)) for seed in (1, 2)}
    assert len(digests) == 2
    folder = with_object(tmp_path / "object")
    (folder / "objects/0001.dcm").write_bytes(b"other")
    assert write_answer(folder, whole()) not in digests


@pytest.mark.parametrize("name", ["mask-0001.bits.z", "map-0001.f4.z", "objects/0001.dcm"])
@pytest.mark.parametrize("harm", ["gone", "other", "longer"])
def test_a_file_that_is_not_the_one_is_refused(tmp_path, name, harm):
    folder = with_object(tmp_path)
    write_answer(folder, whole())
    path = folder / name
    if harm == "gone":
        path.unlink()
    elif harm == "other":
        path.write_bytes(path.read_bytes()[:-3] + b"abc")
    else:
        path.write_bytes(zlib.compress(bytes(10_000_000)))
    with pytest.raises(AnswerBroken):
        read_answer(folder)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 2}', '{"format": 1}', '{"format": 1, "findings": 3}']
)
def test_what_is_no_answer_is_refused(tmp_path, text):
    (tmp_path / ANSWER).write_text(text)
    with pytest.raises(AnswerBroken):
        read_answer(tmp_path)


def test_no_name_leads_elsewhere(tmp_path):
    folder = with_object(tmp_path / "folder")
    write_answer(folder, whole())
    (tmp_path / "secret").write_bytes(b"x")
    told = json.loads((folder / ANSWER).read_text())
    for name in ("../secret", "/etc/passwd", "objects/../../secret", ".hidden", "a//b"):
        told["objects"][0]["file"] = name
        (folder / ANSWER).write_bytes(canonical(told))
        with pytest.raises(AnswerBroken):
            read_answer(folder)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(values=(Told("brain-volume", math.nan, "cm3", "", METHOD),)),
        Answer(findings=(Found(1, "a", "1"), Found(1, "b", "1"))),
        Answer(findings=(Found(1, "a", "1", mask="none"),)),
        Answer(findings=(Found(1, "a", "1", probability=1.2),)),
        Answer(masks=(LabelledMask("a", "A", "甲", "1", np.zeros((1, 1, 1), bool), GRID),)),
        Answer(objects=("absent.dcm",)),
        Answer(
            maps=(
                ValueMap(
                    "a", "A", "甲", "1", np.full(GRID.shape, np.nan, np.float32), GRID,
                    Quantity.UNKNOWN,
                ),
            )
        ),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_is_not_written(tmp_path, answer):
    with pytest.raises(AnswerBroken):
        write_answer(tmp_path, answer)
    assert not (tmp_path / ANSWER).exists()


numbers = st.floats(allow_nan=False, allow_infinity=False)
found = st.builds(
    Found,
    number=st.integers(1, 99),
    kind=st.text(max_size=5),
    series_uid=st.text(max_size=5),
    centre_mm=st.none() | st.tuples(numbers, numbers, numbers),
    image_point=st.none() | st.tuples(numbers, numbers),
    diameter_mm=st.none() | numbers,
    probability=st.none() | st.floats(0, 1),
    details=st.dictionaries(st.text(max_size=3), numbers | st.text(max_size=3), max_size=3),
    caveats=st.lists(st.builds(Caveat, st.text(), st.text()), max_size=2).map(tuple),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(found, max_size=3, unique_by=lambda one: one.number))
def test_findings_come_back_whatever_they_are(tmp_path, findings):
    digest = write_answer(tmp_path, Answer(findings=tuple(findings)))
    back = read_answer(tmp_path)
    assert back.findings == tuple(findings)
    assert write_answer(tmp_path, back) == digest


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Found, {"number": "1", "kind": "a", "series_uid": "1"}),
        (Found, {"number": 1, "kind": "a"}),
        (Found, {"number": 1, "kind": "a", "series_uid": "1", "strange": 1}),
        (Found, []),
        (Flag, {"kind": "a", "level": "loud", "english": "", "chinese": ""}),
        (tuple[float, float], [1.0]),
        (tuple[int, ...], {"a": 1}),
        (int, True),
        (float, False),
    ],
)
def test_json_of_another_shape_is_refused(kind, value):
    with pytest.raises(PlainRefused):
        typed(kind, value)


def test_what_json_cannot_say_is_refused():
    with pytest.raises(PlainRefused):
        plain(object())
