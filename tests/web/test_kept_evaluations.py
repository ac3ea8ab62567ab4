"""Frozen sets, evaluations on them, and two models against each other."""

from __future__ import annotations

import ai_read_world as models
import archive_world as world
import evidence_world as evidence
import pytest
from evidence_world import KIND, Made

from tongying.consult.people import Role
from tongying.web.evidence import evaluations, truths
from tongying.web.evidence.models import EvaluationRow, FrozenSet, TruthRow
from tongying.web.records.models import Study

pytestmark = pytest.mark.django_db
TRUTHS = (True,) * 12 + (False,) * 12
FIRST = tuple(0.9 - number / 100 for number in range(12)) + tuple(
    0.2 + number / 100 for number in range(12)
)
"""Tells all of them apart."""


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    world.build()
    world.add("reader", Role.EXPERT, world.EXPERTS)


def on_set() -> tuple[str, list[Study]]:
    """A frozen set of 24 with runs of the first model, which is right in every one."""
    made = [
        Made(called=score > 0.5, score=score, truth=truth)
        for truth, score in zip(TRUTHS, FIRST, strict=True)
    ]
    found = evidence.studies(made)
    evidence.ran(made, on=found)
    return evaluations.freeze(world.viewer("researcher"), "结节 24 例", KIND), found


def test_nothing_to_freeze_and_nothing_frozen() -> None:
    viewer = world.viewer("expert")
    models.model()
    assert evaluations.sets(viewer) == ()
    assert "None yet." in evidence.page("expert", "/ai/sets/")
    for name, kind in (("x", KIND), ("", KIND), ("x" * 121, KIND), ("x", "no-such")):
        with pytest.raises(evaluations.SetRefused):
            evaluations.freeze(viewer, name, kind)
    shown = evidence.page("expert", "/ai/sets/", 422, name="我的数据集", kind=KIND)
    assert "No study of your hospital has a known truth of this kind." in shown
    assert 'value="我的数据集"' in shown


def test_a_frozen_set_never_changes() -> None:
    code, found = on_set()
    before = FrozenSet.objects.get()
    truths.keep(found[0], KIND, present=False, level=truths.TruthLevel.PATHOLOGY, by=None)
    one, _ = evaluations.set_of(world.viewer("expert"), code)
    assert (one.studies, one.present, one.synthetic) == (24, 12, False)
    made = evaluations.evaluate_on(world.viewer("expert"), code, "nodule-finder@1.2.0")
    told = evaluations.evaluation_of(world.viewer("expert"), made)
    assert told.result["overall"]["diseased"] == 12  # the frozen truth, not today's
    again = evaluations.freeze(world.viewer("expert"), "今天", KIND)
    after = FrozenSet.objects.get(code=again)
    assert FrozenSet.objects.get(code=code).items == before.items
    assert after.digest != before.digest
    assert sum(one["truth"] for one in after.items) == 11


def test_only_sets_made_by_code_are_called_synthetic() -> None:
    models.model()
    evidence.studies([Made(truth=True)] * 2)
    TruthRow.objects.update(level="made")
    code = evaluations.freeze(world.viewer("expert"), "体模", KIND)
    assert evaluations.set_of(world.viewer("expert"), code)[0].synthetic
    assert "synthetic data" in evidence.page("expert", f"/ai/sets/{code}/")


def test_figures_by_group_and_a_page_of_them() -> None:
    code, _ = on_set()
    address = f"/ai/sets/{code}/"
    assert "No model was evaluated on it yet." in evidence.page("requester", address)
    evidence.page("expert", address, 302, model="nodule-finder@1.2.0")
    row = EvaluationRow.objects.get()
    overall = row.result["overall"]
    assert overall["sensitivity"]["value"] == overall["specificity"]["value"] == 1.0
    assert overall["auc"]["value"] == 1.0
    shown = evidence.page("requester", f"/ai/evaluations/{row.code}/")
    assert "1.00 [0.76, 1.00]" in shown  # Wilson, 12 of 12
    assert "结节 24 例" in shown
    assert row.code in evidence.page("requester", "/ai/models/nodule-finder/")
    assert row.code in evidence.page("requester", address)


def test_what_was_not_answered_is_counted() -> None:
    made = [Made(called=True, truth=True)] * 10 + [Made(state="refused", truth=True)] * 2
    evidence.ran(made)
    evidence.studies([Made(truth=False)])  # on which it never ran
    code = evaluations.freeze(world.viewer("expert"), "13", KIND)
    made_code = evaluations.evaluate_on(world.viewer("expert"), code, "nodule-finder@1.2.0")
    overall = EvaluationRow.objects.get(code=made_code).result["overall"]
    assert (overall["n"], overall["unanswered"]) == (13, 3)
    assert overall["found_of_all"]["value"] == pytest.approx(10 / 12)


def test_one_against_the_other() -> None:
    """The second is wrong in 6 of the 12 with the finding: exact McNemar p = 2 / 2**6."""
    code, found = on_set()
    other = models.model("other-finder")
    worse = [
        Made(called=truth and number >= 6, score=0.3 + number / 50, truth=None)
        for number, truth in enumerate(TRUTHS)
    ]
    evidence.ran(worse, of=other, on=found)
    address = f"/ai/sets/{code}/"
    form = {"model": "nodule-finder@1.2.0", "against": "other-finder@1.2.0"}
    evidence.page("researcher", address, 302, **form)
    result = EvaluationRow.objects.get().result
    assert result["head_to_head"]["n"] == 24
    assert result["head_to_head"]["sensitivity_p"] == pytest.approx(2 / 2**6)
    assert result["head_to_head"]["specificity_p"] == 1.0
    shown = evidence.page("requester", f"/ai/evaluations/{EvaluationRow.objects.get().code}/")
    assert "against other-finder 1.2.0" in shown
    assert "0.031" in shown


def test_a_model_that_did_not_run_is_not_evaluated() -> None:
    code, _ = on_set()
    models.model("other-finder")
    shown = evidence.page("expert", f"/ai/sets/{code}/", 409, model="other-finder@1.2.0")
    assert "has not ended on any study of this set" in shown
    evidence.page("expert", f"/ai/sets/{code}/", 404, model="nodule-finder@9")
    assert not EvaluationRow.objects.exists()


def test_sets_and_evaluations_are_their_hospitals() -> None:
    code, _ = on_set()
    made = evaluations.evaluate_on(world.viewer("expert"), code, "nodule-finder@1.2.0")
    for login in ("stranger", "otheradmin", "vendor"):
        evidence.page(login, f"/ai/sets/{code}/", 404)
        evidence.page(login, f"/ai/evaluations/{made}/", 404)
    assert evaluations.sets(world.viewer("stranger")) == ()
    with pytest.raises(evaluations.SetNotFound):
        evaluations.evaluate_on(world.viewer("otheradmin"), code, "nodule-finder@1.2.0")


@pytest.mark.parametrize("login", ["requester", "trainee", "technologist", "coordinator"])
def test_who_evaluates_nothing(login: str) -> None:
    code, _ = on_set()
    with pytest.raises(evaluations.EvaluatingNotYours):
        evaluations.freeze(world.viewer(login), "x", KIND)
    evidence.page(login, f"/ai/sets/{code}/", 403, model="nodule-finder@1.2.0")
    shown = evidence.page(login, f"/ai/sets/{code}/")
    assert "Experts, researchers and administrators evaluate." in shown


def test_truth_is_told_by_those_who_may_and_kept_once() -> None:
    [study] = evidence.studies([Made()])
    models.model()
    viewer = world.viewer("requester")
    for _ in range(2):
        truths.tell(viewer, study.uid, KIND, present=True, level="surgery")
    truths.tell(viewer, study.uid, KIND, present=False, level="pathology")
    assert TruthRow.objects.count() == 2
    [told] = truths.truths_of_study(viewer, study.uid)
    assert (told.present, told.level) == (False, "pathology")
    with pytest.raises(truths.TruthNotYours):
        truths.tell(world.viewer("trainee"), study.uid, KIND, present=True, level="surgery")
    for kind, level in (("no-such", "surgery"), (KIND, "made"), (KIND, "guess")):
        with pytest.raises(truths.TruthRefused):
            truths.tell(viewer, study.uid, kind, present=True, level=level)
