"""A referral's images reach the receiving hospital's node, or the page says that they did not."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest
from dimse_peer import MISSING, storescp
from pydicom import dcmread

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "web"))

import archive_world as world
import referral_world as refer

from tongying.consult.referral import ReferralMove
from tongying.services import referral_push
from tongying.web.jobs import store as jobs
from tongying.web.jobs.models import OutboxRow
from tongying.web.people.store import Peer, add_peer
from tongying.web.referrals import store
from tongying.web.referrals.models import ReferralEvent
from tongying.web.referrals.push import AGAIN_AFTER, PUSH
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def case_id(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(jobs, "HANDLERS", dict(jobs.HANDLERS))
    referral_push.install()
    made = refer.build()
    sent = world.send("requester", *(world.instance(number) for number in (2, 3)))
    assert all(one.accepted for one in sent)
    return made


def pushes() -> list[OutboxRow]:
    return list(OutboxRow.objects.filter(kind=PUSH, finished_at=None).order_by("pk"))


def told(number: int) -> list[tuple[str, str]]:
    rows = ReferralEvent.objects.filter(referral_id=number, move__startswith="images")
    return list(rows.order_by("pk").values_list("move", "note"))


@pytest.mark.peer
@pytest.mark.skipif(bool(MISSING), reason="needs DCMTK")
def test_the_images_are_there_before_the_child(case_id: int, tmp_path: Path) -> None:
    with storescp(tmp_path / "pacs", "-aet", "CITYPACS") as port:
        add_peer("CITY", Peer("CITYPACS", "127.0.0.1", port), actor="system")
        number = refer.sent(case_id)
        (promised,) = pushes()
        jobs.run(promised.pk)
        jobs.run(promised.pk)  # done once
        assert told(number) == [("images-sent", "CITYPACS: 3/3")]
        first = {dcmread(path).SOPInstanceUID for path in (tmp_path / "pacs").iterdir()}
        assert first == {f"{world.STUDY}.1.{one}" for one in (1, 2, 3)}
        store.send_images_again(world.viewer("city-desk"), number)
        (again,) = pushes()
        jobs.run(again.pk)
    assert [move for move, _ in told(number)] == ["images-sent", "images-asked", "images-sent"]
    audited = AuditRow.objects.filter(kind="referral", action="execute").values_list(
        "detail", flat=True
    )
    assert audited[0] == {"node": "CITYPACS", "done": "3", "total": "3", "move": "images-sent"}


def test_a_node_that_is_off_is_tried_again_and_every_failure_is_said(case_id: int) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    add_peer("CITY", Peer("CITYPACS", "127.0.0.1", port), actor="system")
    number = refer.sent(case_id)
    for done in range(len(AGAIN_AFTER) + 1):
        (promised,) = pushes()
        assert (promised.not_before is None) == (done == 0)
        jobs.run(promised.pk)
    assert pushes() == []
    said = ("images-failed", "CITYPACS: 0/3 · The DICOM node does not answer.")
    assert told(number) == [said] * 4


def test_nothing_is_sent_to_a_hospital_that_said_no(case_id: int) -> None:
    add_peer("CITY", Peer("CITYPACS", "127.0.0.1", 9), actor="system")
    number = refer.sent(case_id)
    refer.do("city-desk", number, ReferralMove.DECLINE, "无床位")
    (promised,) = pushes()
    jobs.run(promised.pk)
    assert told(number) == []
    assert pushes() == []
