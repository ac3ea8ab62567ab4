"""The nodule detector: its parts by law and by hand, a made scan, and what it cannot reach."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

import tongying.ai.lung
from tongying.ai.answer_files import write_answer
from tongying.ai.backends.protocol import PackBroken, Request, RunRefused, SeriesInput
from tongying.ai.card import catalogue
from tongying.ai.card.catalogue import cards
from tongying.ai.card.definition import Method
from tongying.ai.evaluation.froc import Lesion, Mark, Scan, score_scan
from tongying.ai.gate.gate import admit
from tongying.ai.lung import classifier, lung_field, nodules
from tongying.ai.lung.classifier import read_classifier, shipped
from tongying.ai.lung.context import Context, context_of
from tongying.ai.lung.detecting import Detection, Nodule, detect, surest_apart
from tongying.ai.lung.features import NAMES
from tongying.ai.lung.lung_field import lungs_of
from tongying.ai.lung.matching import Seen, match
from tongying.ai.lung.measuring import doubling_days, measure
from tongying.ai.lung.phantoms.cases import (
    TESTING_SEEDS,
    TRAINING_SEEDS,
    Case,
    with_nodules,
)
from tongying.ai.lung.phantoms.nodules import MadeNodule, NoduleKind, Place, coverage, make_nodule
from tongying.ai.lung.phantoms.thorax import Chest, make_chest
from tongying.dicom.acquisition.facts import BodyPart, ChildFacts, SeriesFacts, StudyFacts
from tongying.dicom.volumes.source import SourceFrame, SourceVolume
from tongying.imaging.grid import Grid
from tongying.imaging.progress import silent
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Quantity, Volume

ROOT = Path(__file__).resolve().parents[2]
LUNG = Path(tongying.ai.lung.__file__).parent
CLEAR = Grid.of((41, 61, 61), spacing_mm=(0.8, 0.8, 1.25), origin_mm=(-24.0, -24.0, -25.0))


def _lung(nodule: MadeNodule, grid: Grid = CLEAR) -> Volume:
    """Even lung with one nodule, without noise."""
    array = np.full(grid.shape, -850.0, dtype=np.float32)
    volume = Volume(array, grid, Quantity.HU, "CT")
    block, share = coverage(nodule, volume)
    array[block] += share * (nodule.hu + 850.0)
    return volume


def _field(volume: Volume) -> lung_field.LungField:
    sides = np.full(volume.grid.shape, lung_field.RIGHT, dtype=np.uint8)
    return lung_field.LungField(sides, volume.grid, True, False)


def _ball(diameter: float, hu: float = 40.0, at: tuple[float, float, float] = (0.3, -0.2, 0.4)):
    none = np.zeros((0, 4))
    return MadeNodule(at, diameter, NoduleKind.SOLID, hu, Place.FREE, np.eye(3), none, none)


@pytest.mark.parametrize("diameter", [4.0, 7.0, 12.0])
def test_a_made_nodule_takes_up_its_volume(diameter: float) -> None:
    nodule = make_nodule(np.random.default_rng(3), (0.0, 0.0, 0.0), diameter)
    _, share = coverage(nodule, _lung(nodule))
    assert share.sum() * CLEAR.voxel_mm3 == pytest.approx(np.pi / 6 * diameter**3, rel=0.05)


@pytest.mark.parametrize("hu", [40.0, -500.0, 400.0])
@pytest.mark.parametrize("diameter", [5.0, 8.0, 13.0])
def test_a_ball_in_even_lung_is_measured(diameter: float, hu: float) -> None:
    volume = _lung(_ball(diameter, hu))
    told = measure(volume, _field(volume), (1.0, 0.5, 0.0), 0.55 * diameter)
    assert told is not None
    assert told.diameter_mm == pytest.approx(diameter, abs=0.5)
    assert told.volume_mm3 == pytest.approx(np.pi / 6 * told.diameter_mm**3)
    assert told.centre_mm == pytest.approx((0.3, -0.2, 0.4), abs=0.4)
    assert told.side == "R"
    drawn = np.count_nonzero(told.mask) * CLEAR.voxel_mm3
    assert drawn == pytest.approx(np.pi / 6 * diameter**3, rel=0.3)


def test_a_vessel_that_hangs_on_a_nodule_is_cut_off() -> None:
    volume = _lung(_ball(12.0, at=(0.0, 0.0, 0.0)))
    points = CLEAR.to_lps(np.argwhere(np.ones(CLEAR.shape))[:, ::-1]).reshape(*CLEAR.shape, 3)
    tube = np.hypot(points[..., 1], points[..., 2]) < 1.3
    with_vessel = replace(volume, array=np.where(tube, np.maximum(volume.array, 40), volume.array))
    told = measure(with_vessel, _field(volume), (0.0, 0.0, 0.0), 6.0)
    assert told is not None
    assert told.diameter_mm == pytest.approx(12.0, abs=0.8)


def test_empty_lung_is_not_measured() -> None:
    volume = Volume(np.full(CLEAR.shape, -850.0), CLEAR, Quantity.HU, "CT")
    assert measure(volume, _field(volume), (0.0, 0.0, 0.0), 3.0) is None


@given(st.floats(1.0, 1e4), st.floats(1.01, 50.0), st.floats(1.0, 2000.0))
def test_a_volume_doubles_in_its_doubling_time(before: float, ratio: float, days: float) -> None:
    doubling = doubling_days(before, before * ratio, days)
    assert doubling is not None
    assert before * 2.0 ** (days / doubling) == pytest.approx(before * ratio)
    assert doubling_days(before * ratio, before, days) is None
    assert doubling_days(before, before * ratio, 0.0) is None


PLACES = [(0.0, 0.0, 0.0), (40.0, 0.0, 0.0), (0.0, 50.0, 0.0), (0.0, 0.0, 60.0)]


@given(st.permutations([0, 1, 2, 3]))
def test_nodules_are_matched_whatever_their_order(order: list[int]) -> None:
    now = [Seen(n + 1, PLACES[n], 6.0) for n in range(4)]
    prior = [Seen(10 + n, tuple(np.add(PLACES[n], (5.0, 1.0, 0.0))), 5.0) for n in order]
    pairs = match(now, prior, MatrixTransform.translation((4.0, 0.0, 0.0)))
    assert {one.number: one.prior_number for one in pairs} == {n + 1: n + 10 for n in range(4)}
    assert all(one.apart_mm == pytest.approx(2.0**0.5) for one in pairs)


def test_what_is_new_or_gone_is_matched_with_nothing() -> None:
    now, prior = [Seen(1, PLACES[0], 6.0)], [Seen(1, PLACES[1], 6.0)]
    assert match(now, prior, MatrixTransform.identity()) == ()
    assert match(now, [], MatrixTransform.identity()) == ()


def test_of_two_near_one_another_the_nearer_size_is_the_same_one() -> None:
    now = [Seen(1, (0.0, 0.0, 0.0), 10.0)]
    prior = [Seen(1, (2.0, 0.0, 0.0), 3.0), Seen(2, (3.0, 0.0, 0.0), 9.0)]
    (pair,) = match(now, prior, MatrixTransform.identity())
    assert pair.prior_number == 2


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_findings_stand_apart_and_the_surest_stays(seed: int) -> None:
    random = np.random.default_rng(seed)
    centres = random.uniform(0.0, 40.0, size=(30, 3))
    scores, radii = random.uniform(size=30), random.uniform(1.0, 8.0, size=30)
    kept, _ = surest_apart(centres, scores, radii, scores)
    for order, one in enumerate(kept):
        for other in kept[:order]:
            assert np.linalg.norm(centres[one] - centres[other]) >= max(4.0, radii[other])
    for left in set(range(30)) - set(kept):
        away = np.linalg.norm(centres - centres[left], axis=1)
        # Left out for another near it: a surer one, or a larger one that it is a part of.
        assert ((away < np.maximum(4.0, radii)) & (scores >= 0.5 * scores[left])).sum() >= 2


def test_a_spot_in_a_larger_blob_is_a_part_of_it() -> None:
    centres = np.array([[0.0, 0.0, 0.0], [4.5, 0.0, 0.0], [20.0, 0.0, 0.0]])
    radii, responses = np.array([6.0, 2.0, 2.0]), np.array([200.0, 50.0, 50.0])
    assert surest_apart(centres, np.array([0.8, 0.9, 0.85]), radii, responses)[0] == [0, 2]
    # A vessel's blob, which does not look like a nodule, takes none in.
    assert surest_apart(centres, np.array([0.1, 0.9, 0.85]), radii, responses)[0] == [1, 2, 0]


@pytest.mark.parametrize(
    ("question", "context"),
    [
        ("神经母细胞瘤化疗后复查", Context.ONCOLOGY),
        ("排除肺转移", Context.ONCOLOGY),
        ("Wilms tumour, lung metastases?", Context.ONCOLOGY),
        ("follow-up of osteosarcoma", Context.ONCOLOGY),
        ("发热咳嗽一周，否认肿瘤病史", Context.INCIDENTAL),
        ("fever, no malignancy known", Context.INCIDENTAL),
        ("外伤", Context.INCIDENTAL),
        ("  ", Context.UNKNOWN),
    ],
)
def test_the_context_is_what_the_question_says(question: str, context: Context) -> None:
    assert context_of(question) is context


def _text(**change: object) -> bytes:
    """Two questions: is the scale above 2, and if so, is the first response above 50."""
    tree = {
        "feature": [0, -1, 1, -1, -1],
        "threshold": [2.0, -2.0, 50.0, -2.0, -2.0],
        "left": [1, -1, 3, -1, -1],
        "right": [2, -1, 4, -1, -1],
        "value": [0.0, -1.0, 0.0, 0.5, 2.0],
    }
    data = {"features": NAMES, "begin": -0.5, "told_from": 0.6, "trees": [tree, tree]}
    return json.dumps(data | change).encode()


def test_trees_add_up_as_counted_by_hand() -> None:
    text = _text()
    trees = read_classifier(text, sha256=hashlib.sha256(text).hexdigest())
    rows = np.zeros((3, len(NAMES)))
    rows[:, 0], rows[:, 1] = (2.0, 3.0, 3.0), (90.0, 50.0, 51.0)
    odds = np.array([-0.5 - 2.0, -0.5 + 1.0, -0.5 + 4.0])
    assert trees.scores(rows) == pytest.approx(1.0 / (1.0 + np.exp(-odds)))
    assert len(trees.scores(rows[:0])) == 0


def test_another_file_is_refused() -> None:
    with pytest.raises(PackBroken):
        read_classifier(_text(), sha256="0" * 64)
    text = _text(features=NAMES[::-1])
    with pytest.raises(PackBroken):
        read_classifier(text, sha256=hashlib.sha256(text).hexdigest())


def test_the_shipped_trees_are_small_and_the_ones_named() -> None:
    path = ROOT / "src/tongying/ai/data/trees" / classifier.FILE
    assert path.stat().st_size < 1_000_000
    assert hashlib.sha256(path.read_bytes()).hexdigest() == classifier.SHA256
    assert len(shipped().trees) > 10
    card = cards()["lung-nodules"]
    assert (card.method, card.training.children) == (Method.TRAINED, 0)
    assert card.training.n == json.loads(path.read_text("utf-8"))["chests"]
    assert all(one.synthetic for one in card.evidence)


def test_training_and_testing_share_no_chest() -> None:
    assert not set(TRAINING_SEEDS) & set(TESTING_SEEDS)


@pytest.fixture(scope="module")
def made() -> Case:
    base = make_chest(Chest(scale=0.5, pixel_mm=1.0, slice_mm=2.0), seed=2000)
    return with_nodules(base, lungs_of(base), 2000, count=8)


@pytest.fixture(scope="module")
def found(made: Case) -> Detection:
    return detect(made.volume, silent)


def test_made_nodules_are_found_and_measured(made: Case, found: Detection) -> None:
    large = [Lesion(n.centre_mm, n.diameter_mm) for n in made.nodules if n.diameter_mm >= 6.0]
    small = [Lesion(n.centre_mm, n.diameter_mm, False) for n in made.nodules if n.diameter_mm < 6.0]
    marks = tuple(Mark(one.centre_mm, one.score) for one in found.nodules)
    told = score_scan(Scan("made", (*large, *small), marks))
    assert np.isfinite(told.found).mean() >= 0.5
    assert len(told.false) <= 6
    scores = [one.score for one in found.nodules]
    assert scores == sorted(scores, reverse=True)
    assert [one.number for one in found.nodules] == list(range(1, len(scores) + 1))


def _source(volume: Volume, day: str) -> SourceVolume:
    header = Dataset()
    header.StudyDate = day
    frames = tuple(SourceFrame("1.2", f"1.2.3.{n}") for n in range(len(volume.array)))
    return SourceVolume(volume, header, frames)


def _request(question: str = "", *, prior: bool = False) -> Request:
    one = SeriesInput("1.2.3", ())
    facts = StudyFacts("1.2", date(2026, 3, 1), ChildFacts(), ())
    words = {"question": {"words": question}}
    return Request(facts, (one,), (one,) if prior else (), given=words)


def test_the_answer_names_image_size_and_context(
    made: Case, found: Detection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodules, "detect", lambda volume, progress: found)
    source = _source(made.volume, "20260301")
    answer = nodules.answer(_request("骨肉瘤复查"), source, silent)
    assert [one.number for one in answer.findings] == [one.number for one in found.nodules]
    card = cards()["lung-nodules"]
    kinds = {name for name, _ in card.findings}
    assert {one.kind for one in (*answer.findings, *answer.flags)} <= kinds
    for one in answer.findings:
        slice_at = int(one.sop_uid.rpartition(".")[2])
        assert one.image_point is not None
        index = [(*one.image_point, slice_at)]
        (place,) = made.volume.grid.to_lps(index)
        assert np.abs(place - np.array(one.centre_mm)).max() <= 0.9
        assert one.probability is None  # the score is not calibrated
    assert answer.flags[0].english.startswith("The question names a malignancy")
    (mask,) = answer.masks
    assert mask.mask.any()
    again = nodules.answer(_request("骨肉瘤复查"), source, silent)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    assert write_answer(tmp_path / "one", answer) == write_answer(tmp_path / "two", again)


def test_growth_since_the_earlier_study(monkeypatch: pytest.MonkeyPatch) -> None:
    field = _field(Volume(np.zeros(CLEAR.shape), CLEAR, Quantity.HU, "CT"))
    both = []
    for diameter in (8.0, 8.0 / 2.0 ** (1.0 / 3.0)):
        volume = _lung(_ball(diameter))
        size = measure(volume, field, (0.0, 0.0, 0.0), diameter / 2.0)
        assert size is not None
        both.append((volume, Detection(field, (Nodule(1, size.centre_mm, 0.9, size),), 0)))
    (now, now_found), (before, before_found) = both
    told = iter((now_found, before_found))
    monkeypatch.setattr(nodules, "detect", lambda volume, progress: next(told))
    monkeypatch.setattr(nodules, "read_volume", lambda files: _source(before, "20251201"))
    still = MatrixTransform.identity()
    monkeypatch.setattr(nodules, "to_prior", lambda *args, **more: still)
    answer = nodules.answer(_request(prior=True), _source(now, "20260301"), silent)
    (one,) = answer.findings
    assert one.details["prior_number"] == 1.0
    # Twice the volume in 90 days; the measured volumes' own error moves it.
    assert one.details["doubling_days"] == pytest.approx(90.0, rel=0.15)


def test_an_earlier_study_that_cannot_be_read_is_said(
    made: Case, found: Detection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodules, "detect", lambda volume, progress: found)
    answer = nodules.answer(_request(prior=True), _source(made.volume, "20260301"), silent)
    assert nodules.NO_PRIOR in answer.caveats
    assert not any("prior_number" in one.details for one in answer.findings)


def test_without_hounsfield_units_it_refuses(made: Case) -> None:
    volume = replace(made.volume, quantity=Quantity.SIGNAL)
    for one in (None, _source(volume, "20260301")):
        with pytest.raises(RunRefused) as refusal:
            nodules.answer(_request(), one, silent)
        assert refusal.value.error_code == "ai.no-hounsfield"


CHEST = SeriesFacts(
    uid="1.2.1",
    modality="CT",
    body_parts=frozenset({BodyPart.CHEST}),
    plane="axial",
    slice_thickness_mm=1.0,
    slice_spacing_mm=1.0,
    pixel_mm=0.6,
    images=250,
)


@pytest.mark.parametrize(
    ("days", "codes"),
    [
        (2607, ["ai.age-outside"]),
        (4382, ["ai.age-outside"]),
        (4383, []),
        (6574, []),
        (6575, ["ai.age-outside"]),
        (None, ["ai.age-unknown"]),
    ],
)
def test_only_12_to_18_years_are_admitted(days: int | None, codes: list[str]) -> None:
    study = StudyFacts("1.2", date(2026, 3, 1), ChildFacts(age_days=days), (CHEST,))
    answer = admit(cards()["lung-nodules"], study)
    assert [one.code for one in answer.refusals] == codes


def test_no_adult_follow_up_rule_can_be_reached() -> None:
    """Neither by import, however far, nor by word."""
    code = "import sys, tongying.ai.lung.nodules; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    reached = done.stdout.splitlines()
    assert "tongying.ai.lung.matching" in reached
    assert not [one for one in reached if "adult_rules" in one]
    texts = [path.read_text("utf-8").lower() for path in LUNG.rglob("*.py")]
    texts.append(catalogue.text_of("lung-nodules").lower())
    assert len(texts) > 10
    for text in texts:
        for word in ("fleischner", "lung-rads", "lungrads", "brock", "bts guideline", "adult_rule"):
            assert word not in text
