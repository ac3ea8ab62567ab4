"""Who may bring which series together; one request, once; who judges; what may be measured."""

from __future__ import annotations

import archive_world as world
import fusion_world as made
import pytest

from tongying.consult.desk import CaseNotFound
from tongying.consult.people import Role
from tongying.kernel.errors import NotFound, TongyingError
from tongying.web.cases.models import CaseRow
from tongying.web.fusion import asking, judging, perform, store
from tongying.web.fusion.candidates import Bar
from tongying.web.fusion.models import FusionRow
from tongying.web.fusion.rights import (
    FusionNotFound,
    FusionNotYours,
    JudgementNotYours,
)
from tongying.web.jobs.models import OutboxRow
from tongying.web.records.children import link
from tongying.web.records.models import Child
from tongying.web.records.reading import ObjectNotFound
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db

# Once more by hand: who may ask, of the people who see the studies.
MAY_ASK = {"requester", "expert", "coordinator", "technologist"}
ALL = {role.value for role in Role} - {"vendor"}


@pytest.fixture(autouse=True)
def people(db: None) -> None:
    made.build()


def viewer(login: str):
    return world.viewer(login)


@pytest.mark.parametrize("login", sorted(ALL))
def test_who_asks_in_the_own_hospital(login: str) -> None:
    if login in MAY_ASK:
        assert store.ask(viewer(login), made.CT, made.PET)
    else:
        with pytest.raises(FusionNotYours):
            store.ask(viewer(login), made.CT, made.PET)
    assert FusionRow.objects.count() == (login in MAY_ASK)


@pytest.mark.parametrize("login", ["stranger", "othercoord", "reader", "desk"])
def test_who_sees_nothing_asks_nothing(login: str) -> None:
    """Experts and coordinators elsewhere are nobody until a case invites them."""
    with pytest.raises(ObjectNotFound):
        store.ask(viewer(login), made.CT, made.PET)


def test_the_expert_of_a_case_asks_and_sees() -> None:
    case = made.case()
    code = store.ask(viewer("reader"), made.CT, made.PET, "rigid", case)
    row = FusionRow.objects.get(code=code)
    assert (row.case_id, row.hospital_id, row.method) == (case, world.COUNTY, "rigid")
    for login in ("reader", "desk", "requester", "trainee"):
        assert store.fusion_of(viewer(login), code).listed.code == code
        assert [one.code for one in store.fusions_of_case(viewer(login), case)] == [code]
    for login in ("second-reader", "stranger"):
        with pytest.raises(FusionNotFound):
            store.fusion_of(viewer(login), code)
        with pytest.raises(CaseNotFound):
            store.fusions_of_case(viewer(login), case)
    event = AuditRow.objects.get(kind="fusion")
    assert (event.actor, event.action, event.target) == ("reader", "create", code)
    assert OutboxRow.objects.get(pk=row.job_id).payload == {"fusion": row.pk}


@pytest.mark.parametrize(
    ("fixed", "moving", "method", "refusal"),
    [
        (made.CT, made.CT, "auto", asking.PairRefused),
        (made.CT, made.STRANGERS_CT, "auto", asking.DifferentChildren),
        (made.CT, made.SCOUT, "auto", asking.SeriesBarred),
        (made.STILL, made.CT, "auto", asking.SeriesBarred),
        (made.REPORT, made.CT, "auto", asking.SeriesBarred),
        (made.CT, made.PET, "frame-of-reference", asking.MethodUnknown),
        (made.CT, made.PET, "", asking.MethodUnknown),
        (made.CT, "1.2.3.4", "auto", ObjectNotFound),
    ],
)
def test_what_is_no_pair_is_refused_and_changes_nothing(
    fixed: str, moving: str, method: str, refusal: type[TongyingError]
) -> None:
    with pytest.raises(refusal):
        store.ask(viewer("requester"), fixed, moving, method)
    assert not FusionRow.objects.exists()
    assert not OutboxRow.objects.filter(kind="fusion").exists()
    assert not AuditRow.objects.filter(kind="fusion").exists()


def test_records_joined_by_hand_are_one_child() -> None:
    """The core is told that people joined them: the headers alone would not prove it."""
    children = {one.local_id: one.pk for one in Child.objects.all()}
    link(viewer("coordinator"), children["P-77"], children["P-99"], reason="两张就诊卡")
    code = store.ask(viewer("requester"), made.CT, made.STRANGERS_CT)
    task = perform.begin(FusionRow.objects.get(code=code).pk)
    assert task is not None
    assert task.linked
    assert not perform.begin(made.asked().pk).linked


def test_a_case_must_show_both_series() -> None:
    case = made.case()
    with pytest.raises(CaseNotFound):
        store.ask(viewer("requester"), made.CT, made.PET, "auto", case + 1)
    row = CaseRow.objects.get(pk=case)
    row.studies.filter(prior=True).delete()
    with pytest.raises(asking.PairRefused):
        store.ask(viewer("requester"), made.CT, made.MR, "auto", case)


def test_an_equal_request_is_the_same_one() -> None:
    first = store.ask(viewer("requester"), made.CT, made.PET)
    assert store.ask(viewer("technologist"), made.CT, made.PET) == first
    assert store.ask(viewer("requester"), made.CT, made.PET, "rigid") != first
    assert store.ask(viewer("requester"), made.PET, made.CT) != first
    assert OutboxRow.objects.filter(kind="fusion").count() == 3


def done(row: FusionRow, **result: object) -> FusionRow:
    """End a fusion as the worker does, with nothing written."""
    perform.begin(row.pk)
    answer = {"method": "rigid", "verdict": "good", "estimated_error_mm": 1.25, "quality": {}}
    perform.end_done(row.pk, answer | result)
    row.refresh_from_db()
    return row


def test_one_that_is_done_is_not_repeated_until_images_come_or_it_is_rejected() -> None:
    row = done(made.asked())
    assert store.ask(viewer("expert"), made.CT, made.PET) == row.code
    (more,) = made.slices(made.PET, 4, Modality="PT")[3:]
    assert all(one.accepted for one in world.send("requester", more))
    again = store.ask(viewer("expert"), made.CT, made.PET)
    assert again != row.code
    newer = done(FusionRow.objects.get(code=again))
    store.judge(viewer("expert"), newer.code, "rejected", "移位")
    assert store.ask(viewer("expert"), made.CT, made.PET) not in (row.code, newer.code)


def test_a_cancelled_or_failed_one_is_begun_anew() -> None:
    row = made.asked()
    store.cancel(viewer("requester"), row.code)
    second = made.asked()
    assert second.code != row.code
    perform.end_refused(second.pk, "no", "x")
    assert made.asked().code != second.code


@pytest.mark.parametrize("login", sorted(ALL))
def test_who_cancels(login: str) -> None:
    row = made.asked()
    if login in MAY_ASK:
        store.cancel(viewer(login), row.code)
        row.refresh_from_db()
        assert (row.state, row.cancel_asked_by.login) == ("cancelled", login)
        with pytest.raises(asking.FusionOver):
            store.cancel(viewer(login), row.code)
    else:
        with pytest.raises(FusionNotYours):
            store.cancel(viewer(login), row.code)


@pytest.mark.parametrize("login", sorted({*ALL, "reader", "stranger", "second-reader"}))
def test_who_judges(login: str) -> None:
    """Experts who see the case: the asking hospital's and the invited one; by hand."""
    row = done(made.asked(case=made.case()))
    if login in ("expert", "reader"):
        store.judge(viewer(login), row.code, "approved")
        row.refresh_from_db()
        assert (row.judgement, row.judged_by.login) == ("approved", login)
        assert AuditRow.objects.filter(kind="fusion", actor=login, action="update").exists()
        return
    hidden = login in ("stranger", "second-reader")
    with pytest.raises(FusionNotFound if hidden else JudgementNotYours):
        store.judge(viewer(login), row.code, "approved")


def test_a_rejection_needs_its_reason_and_a_result() -> None:
    row = made.asked()
    with pytest.raises(judging.NothingToJudge):
        store.judge(viewer("expert"), row.code, "approved")
    done(row)
    for judgement, reason in (("rejected", " "), ("maybe", "x"), ("rejected", "x" * 301)):
        with pytest.raises(judging.JudgementRefused):
            store.judge(viewer("expert"), row.code, judgement, reason)
    row.refresh_from_db()
    assert row.judgement == ""


@pytest.mark.parametrize(
    ("method", "verdict", "judgement", "sentence"),
    [
        ("rigid", "good", "", ""),
        ("rigid", "good", "approved", ""),
        ("rigid", "good", "rejected", judging.REJECTED),
        ("rigid", "look", "", judging.LOOK_UNSEEN),
        ("rigid", "look", "approved", ""),
        ("rigid", "refuse", "", judging.VERDICT_REFUSES),
        ("rigid", "refuse", "approved", judging.VERDICT_REFUSES),
        ("deformable", "good", "", judging.DEFORMABLE_UNSEEN),
        ("deformable", "good", "approved", ""),
        ("deformable", "look", "", judging.DEFORMABLE_UNSEEN),
        ("deformable", "refuse", "approved", judging.VERDICT_REFUSES),
        ("deformable", "look", "rejected", judging.REJECTED),
        ("frame-of-reference", "good", "", ""),
    ],
)
def test_what_may_be_measured(method: str, verdict: str, judgement: str, sentence: str) -> None:
    row = done(made.asked(), method=method, verdict=verdict)
    if judgement:
        store.judge(viewer("expert"), row.code, judgement, "看过")
        row.refresh_from_db()
    assert judging.why_not_measured(row) == sentence
    wish = store.TableWish("target", threshold_kind="fixed", threshold=2.5)
    if sentence:
        with pytest.raises(judging.NotMeasurable) as refused:
            store.ask_table(viewer("expert"), row.code, wish)
        assert refused.value.sentence == sentence
    else:
        assert store.ask_table(viewer("expert"), row.code, wish)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (store.TableWish("joint"), "segment"),
        (store.TableWish("partial-volume", fwhm_mm=(5.0, 5.0, 5.0)), "segment"),
        (store.TableWish("target"), "threshold"),
        (store.TableWish("target", threshold_kind="fixed", threshold=0.0), "threshold"),
        (store.TableWish("target", threshold_kind="fixed", threshold=float("nan")), "threshold"),
        (store.TableWish("target", threshold_kind="fixed"), "threshold"),
        (store.TableWish("target", "1.2.3:1", threshold_kind="fixed", threshold=3.0), "segment"),
        (
            store.TableWish(
                "target", fwhm_mm=(5.0, None, 5.0), threshold_kind="fixed", threshold=3.0
            ),
            "fwhm",
        ),
        (
            store.TableWish(
                "target", fwhm_mm=(5.0, 50.0, 5.0), threshold_kind="fixed", threshold=3.0
            ),
            "fwhm",
        ),
        (store.TableWish("volume"), "kind"),
    ],
)
def test_a_table_that_lacks_something_says_what(wish: store.TableWish, field: str) -> None:
    row = done(made.asked())
    with pytest.raises(store.TableRefused) as refused:
        store.ask_table(viewer("requester"), row.code, wish)
    assert refused.value.field == field
    assert not row.tables.exists()


def test_a_table_asked_twice_is_computed_once() -> None:
    row = done(made.asked())
    wish = store.TableWish("target", threshold_kind="of-maximum", threshold=41.0)
    first = store.ask_table(viewer("requester"), row.code, wish)
    assert store.ask_table(viewer("expert"), row.code, wish) == first
    with pytest.raises(FusionNotYours):
        store.ask_table(viewer("trainee"), row.code, wish)
    assert OutboxRow.objects.filter(kind="fusion-table").count() == 1


def test_the_candidates_of_a_child() -> None:
    found = store.candidates_of_study(viewer("requester"), world.STUDY)
    assert {one.uid for one in found.fusible} == {made.CT, made.PET, made.MR}
    assert {one.uid: one.bar for one in found.barred} == {
        made.SCOUT: Bar.ONE_SLICE,
        made.STILL: Bar.NO_GEOMETRY,
        made.REPORT: Bar.RESULT,
    }
    pairs = [(one.fixed.uid, one.moving.uid, one.same_session) for one in found.pairs]
    assert pairs[0] == (made.CT, made.PET, True)
    assert pairs[1] == (made.MR, made.PET, False)
    assert len(pairs) == 3
    assert (found.fusible[0].slices, found.fusible[0].description) == (4, "CT 平扫")
    with pytest.raises(NotFound):
        store.candidates_of_study(viewer("stranger"), world.STUDY)


def test_what_the_platform_resampled_is_no_candidate(fake_core) -> None:
    from tongying.services import fusion_work

    fusion_work.install()
    row = made.do(made.asked())
    found = store.candidates_of_study(viewer("requester"), world.STUDY)
    uid = row.objects_made["resampled"]["series"]
    assert {one.uid: one.bar for one in found.barred}[uid] is Bar.MADE_HERE
    with pytest.raises(asking.SeriesBarred):
        store.ask(viewer("requester"), made.CT, uid)
