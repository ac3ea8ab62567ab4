"""From the ledger to a norm in force: fit, draft, two signatures, withdrawal, the next version."""

from __future__ import annotations

import json
from datetime import date

import archive_world as world
import norm_fit_world
import pytest

from tongying.kernel.errors import BadInput, Conflict, NotAllowed
from tongying.norms.norm import Origin
from tongying.norms.score.result import ChildFacts, Measured, SiteUncalibrated
from tongying.norms.score.score import score
from tongying.norms.sex import Sex
from tongying.web.norms import calibration, fits, releases, showing, store
from tongying.web.norms.ledger import withdraw
from tongying.web.norms.models import NormEntry, NormFitRow, NormReleaseRow, NormSite, NormSubject
from tongying.web.norms.sources import sources
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def people(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    norm_fit_world.build()
    monkeypatch.setattr(fits, "REPLICATES", 20)


def published(*, by_site: bool = False) -> str:
    row = norm_fit_world.fitted(by_site=by_site)
    assert row.state == "done", row.failure
    norm_id = releases.draft(world.viewer("researcher"), row.code)
    sha = NormReleaseRow.objects.get(norm_id=norm_id).sha256
    assert not releases.sign(world.viewer("researcher"), norm_id, sha)
    assert releases.sign(world.viewer("expert"), norm_id, sha)
    return norm_id


def girl(years: float, site: str | None = None, value: float = 76.0) -> tuple[Measured, ChildFacts]:
    measured = Measured(norm_fit_world.MEASURE, value, "mm", site=site)
    return measured, ChildFacts(sex=Sex.FEMALE, age_days=365.25 * years)


def test_the_whole_way_from_ledger_to_score_to_withdrawal_to_the_next_version() -> None:
    norm_fit_world.fill(world.COUNTY, 130)
    norm_id = published()
    assert norm_id == "tongying.kidney-length@1"
    norm = store.norms_in_force()[norm_id]
    assert norm.origin is Origin.RELEASED
    assert [one.name for one in norm.signed_off] == ["researcher", "expert"]
    assert norm.population.n == 260
    found = score(*girl(5.2, value=75.9), date(2026, 3, 1), store.norms_in_force(), norm=norm_id)
    assert found.z is not None and abs(found.z) < 0.5
    assert found.n_near is not None and found.n_near > 5
    assert found.signed_off and not found.foreign

    entry = NormReleaseRow.objects.get(norm_id=norm_id).entries.first()
    assert entry is not None
    withdraw(world.viewer("researcher"), entry.subject.code, "the guardian asked")
    shown = showing.release_of(world.viewer("expert"), norm_id)
    assert (shown.withdrawn, shown.intact, shown.state) == (1, True, "published")
    codes = [one.code for one in store.norms_in_force()[norm_id].caveats]
    assert store.WITHDRAWN.code in codes

    again = norm_fit_world.fitted()
    assert again.result is not None
    assert entry.code not in again.result["used"]
    assert len(again.result["used"]) == 259
    second = releases.draft(world.viewer("researcher"), again.code)
    assert second == "tongying.kidney-length@2"
    assert second not in store.norms_in_force()
    releases.close(world.viewer("researcher"), norm_id, "replaced by the second")
    assert norm_id not in store.norms_in_force()
    kinds = AuditRow.objects.filter(kind="norm-release", target=norm_id).order_by("pk")
    whats = [row.detail.get("what") for row in kinds]
    assert whats[0] == "draft" and "published" in whats and whats[-1] == "closed"


def test_the_same_person_signs_once_and_one_of_two_is_an_expert() -> None:
    norm_fit_world.fill(world.COUNTY, 130)
    row = norm_fit_world.fitted()
    norm_id = releases.draft(world.viewer("researcher"), row.code)
    sha = NormReleaseRow.objects.get(norm_id=norm_id).sha256
    releases.sign(world.viewer("researcher"), norm_id, sha)
    with pytest.raises(Conflict, match="twice"):
        releases.sign(world.viewer("researcher"), norm_id, sha)
    with pytest.raises(NotAllowed, match="expert"):
        releases.sign(world.viewer("researcher2"), norm_id, sha)
    with pytest.raises(Conflict, match="read it again"):
        releases.sign(world.viewer("expert"), norm_id, "0" * 64)
    assert NormReleaseRow.objects.get().state == "draft"
    assert norm_id not in store.norms_in_force()
    with pytest.raises(NotAllowed):
        releases.sign(world.viewer("admin"), norm_id, sha)


def test_an_edited_document_is_refused_and_never_scores() -> None:
    norm_fit_world.fill(world.COUNTY, 130)
    row = norm_fit_world.fitted()
    norm_id = releases.draft(world.viewer("researcher"), row.code)
    release = NormReleaseRow.objects.get(norm_id=norm_id)
    whole = release.document
    edited = json.loads(whole)
    edited["population"]["n"] = 9999
    text = json.dumps(edited, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
    NormReleaseRow.objects.update(document=text)
    with pytest.raises(releases.ReleaseChanged):
        releases.sign(world.viewer("expert"), norm_id, release.sha256)
    NormReleaseRow.objects.update(document=whole)
    releases.sign(world.viewer("expert"), norm_id, release.sha256)
    releases.sign(world.viewer("researcher"), norm_id, release.sha256)
    assert norm_id in store.norms_in_force()
    NormReleaseRow.objects.update(document=text)
    store._kept["stamp"] = None
    assert norm_id not in store.norms_in_force()
    assert not showing.release_of(world.viewer("expert"), norm_id).intact


def test_a_fit_that_fails_releases_nothing_and_may_be_asked_again() -> None:
    norm_fit_world.fill(world.COUNTY, 130)
    NormEntry.objects.update(value=80.0)
    row = norm_fit_world.fitted()
    assert (row.state, row.result) == ("failed", None)
    assert row.failure
    assert row.finished_at is not None
    with pytest.raises(releases.ReleaseOutOfPlace):
        releases.draft(world.viewer("researcher"), row.code)
    assert not NormReleaseRow.objects.exists()
    assert fits.ask(world.viewer("researcher"), norm_fit_world.wish()) != row.code


def test_an_equal_request_is_the_same_fit_until_the_values_change() -> None:
    norm_fit_world.fill(world.COUNTY, 130)
    row = norm_fit_world.fitted()
    again = fits.ask(world.viewer("researcher2"), norm_fit_world.wish())
    assert again == row.code
    norm_fit_world.fill(world.OTHER, 3, seed=2)
    other = fits.ask(world.viewer("researcher2"), norm_fit_world.wish())
    assert other != row.code
    assert fits.ask(world.viewer("researcher"), norm_fit_world.wish()) == other
    assert NormFitRow.objects.count() == 2


def test_too_few_children_make_no_curve_and_routes_are_never_pooled() -> None:
    norm_fit_world.fill(world.COUNTY, 12)
    norm_fit_world.fill(world.COUNTY, 9, seed=3, route="indirect")
    found = {one.route: one.values for one in sources()}
    assert found == {"direct": 24, "indirect": 18}
    row = norm_fit_world.fitted()
    assert row.state == "done" and row.result is not None
    assert {one["tier"] for one in row.result["groups"]} == {"raw-only"}
    assert row.result["document"] is None
    with pytest.raises(releases.ReleaseOutOfPlace):
        releases.draft(world.viewer("researcher"), row.code)


def test_a_child_withdrawn_between_fit_and_signature_stops_both() -> None:
    norm_fit_world.fill(world.COUNTY, 130)
    row = norm_fit_world.fitted()
    norm_id = releases.draft(world.viewer("researcher"), row.code)
    sha = NormReleaseRow.objects.get(norm_id=norm_id).sha256
    code = NormSubject.objects.order_by("pk").values_list("code", flat=True)[0]
    withdraw(world.viewer("researcher"), code, "moved away")
    with pytest.raises(releases.WithdrawnSince):
        releases.sign(world.viewer("expert"), norm_id, sha)
    with pytest.raises(BadInput):
        releases.close(world.viewer("researcher"), norm_id, "  ")
    releases.close(world.viewer("researcher"), norm_id, "a child was withdrawn")
    with pytest.raises(releases.WithdrawnSince):
        releases.draft(world.viewer("researcher"), row.code)


def test_a_new_hospital_is_refused_until_calibrated_and_again_once_undone() -> None:
    norm_fit_world.fill(world.COUNTY, 130)
    norm_fit_world.fill(world.EXPERTS, 130, seed=2, shift=norm_fit_world.SHIFT)
    norm_id = published(by_site=True)
    when = date(2026, 3, 1)
    with pytest.raises(SiteUncalibrated):
        score(*girl(5.2, world.OTHER), when, store.norms_in_force(), norm=norm_id)
    norm_fit_world.fill(world.OTHER, 15, seed=4, shift=0.1, ages=(1700.0, 2100.0))
    researcher = world.viewer("researcher2")
    with pytest.raises(BadInput, match="20"):
        calibration.calibrate_site(researcher, norm_id, world.OTHER)
    assert not NormSite.objects.exists()
    norm_fit_world.fill(world.OTHER, 25, seed=5, shift=0.1, ages=(1700.0, 2100.0))
    calibration.calibrate_site(researcher, norm_id, world.OTHER)
    norm = store.norms_in_force()[norm_id]
    row = NormReleaseRow.objects.get(norm_id=norm_id)
    mine = [one for one in calibration.sites_of(norm, row) if one.made_at is not None]
    assert [(one.hospital, one.n) for one in mine] == [(world.OTHER, 40)] * 2
    assert all(one.low < one.effect < one.high for one in mine)
    assert score(*girl(5.2, world.OTHER), when, store.norms_in_force(), norm=norm_id).z is not None
    with pytest.raises(calibration.SiteInPlace):
        calibration.calibrate_site(researcher, norm_id, world.OTHER)
    calibration.undo(researcher, norm_id, world.OTHER)
    assert NormSite.objects.count() == 2
    with pytest.raises(SiteUncalibrated):
        score(*girl(5.2, world.OTHER), when, store.norms_in_force(), norm=norm_id)


def test_a_fit_taken_up_again_uses_the_values_that_were_frozen() -> None:
    from tongying.web.norms import fitting

    norm_fit_world.fill(world.COUNTY, 20)
    code = fits.ask(world.viewer("researcher"), norm_fit_world.wish())
    row = NormFitRow.objects.get(code=code)
    first = fitting.begin(row.pk)
    norm_fit_world.fill(world.OTHER, 5, seed=9)
    second = fitting.begin(row.pk)
    assert first is not None and second is not None
    assert first.codes == second.codes
    fitting.tell(row.pk, 0.5, "choosing")
    shown = fits.fit_of(world.viewer("expert"), code)
    assert (shown.done, shown.total, shown.doing, shown.waits) == (500, 1000, "choosing", True)
    fitting.end_failed(row.pk, "It did not converge.", "norms.fit-failed")
    fitting.end_failed(row.pk, "Something else.", "norms.fit-failed")
    row.refresh_from_db()
    assert (row.state, row.failure) == ("failed", "It did not converge.")
    assert fitting.begin(row.pk) is None
