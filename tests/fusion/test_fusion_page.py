"""The pages of fused pairs: who, choosing two series, every state, judging, measuring, files."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import archive_world as world
import fusion_world as made
import pytest

from tongying.services import fusion_work
from tongying.web.cases import store as cases
from tongying.web.fusion import perform, perform_tables, store
from tongying.web.fusion.models import FusionRow, FusionTable
from tongying.web.fusion.showing import SILENT_AFTER
from tongying.web.jobs import store as jobs
from tongying.web.jobs.models import OutboxRow

pytestmark = pytest.mark.django_db

PEOPLE = ("requester", "technologist", "trainee", "reader", "desk", "stranger", "")
"""Writers, a reader of the own hospital, the expert, the desk, a stranger, nobody."""


@pytest.fixture(autouse=True)
def people(db: None) -> None:
    made.build()


def client_of(login: str, language: str = "zh-hans"):
    client = world.client(login)
    client.cookies["tongying_language"] = language
    return client


def done(**result: object) -> FusionRow:
    row = made.asked(case=made.case())
    perform.begin(row.pk)
    quality = {
        "estimated_mm": 1.25,
        "p95_mm": 2.1,
        "restart_spread_mm": 0.3,
        "inverse_consistency_mm": None,
        "overlap": 0.931,
        "local_blocks": 41,
    }
    answer = {
        "method": "rigid",
        "verdict": "good",
        "estimated_error_mm": 1.25,
        "quality": quality,
        "matrix": [[1, 0, 0, 2.5], [0, 1, 0, 0], [0, 0, 1, -4], [0, 0, 0, 1]],
        "reasons": [],
        "caveats": [],
    }
    perform.end_done(row.pk, answer | result)
    row.refresh_from_db()
    return row


def page(login: str, row: FusionRow, language: str = "zh-hans") -> str:
    answer = client_of(login, language).get(f"/fusions/{row.code}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_who_comes_where() -> None:
    row = done()
    url = f"/fusions/{row.code}/"
    new = f"/fusions/new/?study={world.STUDY}"
    expected = {
        "requester": (200, 200),
        "technologist": (200, 200),
        "trainee": (200, 403),
        "reader": (200, 200),
        "desk": (200, 200),
        "stranger": (404, 404),
        "": (302, 302),
    }
    got = {
        login: (client_of(login).get(url).status_code, client_of(login).get(new).status_code)
        for login in PEOPLE
    }
    assert got == expected
    for tail in ("", "cancel/", "judge/", "tables/"):
        answer = client_of("requester").post(f"/fusions/NONE/{tail}")
        assert answer.status_code == (405 if not tail else 404)
    assert client_of("stranger").post(f"{url}judge/", {"judgement": "approved"}).status_code == 404
    assert client_of("requester").post(f"{url}judge/").status_code == 403
    assert "/login/" in client_of("").post(f"{url}cancel/")["Location"]


def test_the_form_offers_what_can_be_fused_and_says_why_not() -> None:
    text = client_of("requester").get(f"/fusions/new/?study={world.STUDY}").content.decode()
    assert f'name="fixed" value="{made.CT}" required checked' in text
    assert f'name="moving" value="{made.PET}" required checked' in text
    assert made.STRANGERS_CT not in text
    for word in (
        "同次检查",
        "3 个序列不能融合",
        "仅一层",
        "单幅图像，无空间位置",
        "为结果对象，非图像",
    ):
        assert word in text
    assert 'value="auto" checked' in text
    chosen = f"/fusions/new/?study={world.STUDY}&fixed={made.MR}&moving={made.CT}&method=rigid"
    text = client_of("requester").get(chosen).content.decode()
    assert f'name="fixed" value="{made.MR}" required checked' in text
    assert 'value="rigid" checked' in text


def test_a_study_with_nothing_to_fuse_says_so() -> None:
    text = client_of("requester").get(f"/fusions/new/?study={made.OTHER_CHILD}").content.decode()
    assert "没有可融合的两个序列" in text
    assert client_of("requester").get("/fusions/new/").status_code == 404
    assert client_of("requester").get("/fusions/new/?case=99999").status_code == 404


def test_asking_leads_to_the_page_and_a_refusal_keeps_the_choice() -> None:
    client = client_of("requester")
    form = {"study": world.STUDY, "fixed": made.CT, "moving": made.PET, "method": "deformable"}
    answer = client.post("/fusions/new/", form)
    row = FusionRow.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/fusions/{row.code}/")
    assert row.method == "deformable"
    answer = client.post("/fusions/new/", form | {"moving": made.CT})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "请选择两个不同的序列。" in text
    assert 'value="deformable" checked' in text
    answer = client.post("/fusions/new/", form | {"moving": made.STRANGERS_CT})
    assert "两个序列属于不同患儿，未予融合。" in answer.content.decode()
    assert FusionRow.objects.count() == 1


def test_waiting_running_and_a_worker_that_is_gone() -> None:
    row = made.asked()
    text = page("requester", row)
    assert "起等待后台处理" in text
    assert 'hx-trigger="every 1s"' in text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in text
    assert "后台正忙或未运行" not in text
    FusionRow.objects.filter(pk=row.pk).update(asked_at=row.asked_at - SILENT_AFTER * 2)
    assert "后台正忙或未运行" in page("requester", row)
    perform.begin(row.pk)
    perform.tell(row.job_id, 0.42, "register", 37)
    part = client_of("requester").get(
        f"/fusions/{row.code}/?part=progress", headers={"HX-Request": "true"}
    )
    text = part.content.decode()
    assert "<html" not in text
    for word in ("正在配准", "42 %", "37 秒", "取消"):
        assert word in text
    assert "取消" not in page("trainee", row).partition("<main")[2]
    told = OutboxRow.objects.get(pk=row.job_id).progress
    old = told | {"at": (row.asked_at - timedelta(minutes=2)).isoformat()}
    OutboxRow.objects.filter(pk=row.job_id).update(progress=old)
    assert "起无进展" in page("requester", row)
    assert "Aligning" in page("requester", row, "en")


def test_the_page_is_drawn_anew_when_it_has_ended() -> None:
    row = done()
    for part in ("progress", "tables"):
        answer = client_of("requester").get(
            f"/fusions/{row.code}/?part={part}", headers={"HX-Request": "true"}
        )
        assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")
    assert client_of("requester").get(f"/fusions/{row.code}/?part=x").status_code == 200


def test_cancelling_says_by_whom() -> None:
    row = made.asked()
    perform.begin(row.pk)
    client = client_of("technologist")
    assert client.post(f"/fusions/{row.code}/cancel/").status_code == 302
    text = page("requester", row)
    assert "technologist于" in text
    assert "要求取消" in text
    perform.end_cancelled(row.pk)
    text = page("requester", row)
    assert "未保留任何结果" in text
    assert f"fixed={made.CT}" in text
    assert "every 1s" not in text
    assert client.post(f"/fusions/{row.code}/cancel/").status_code == 409


def test_a_refusal_and_a_work_given_up_are_told() -> None:
    row = made.asked()
    perform.end_refused(
        row.pk, "The computation was ended by the machine, most often for lack of memory.", "x"
    )
    assert "多因内存不足" in page("requester", row)
    row = made.asked()
    fusion_work.install()
    perform.begin(row.pk)
    jobs.give_up(row.job_id, "")
    text = page("requester", row)
    assert "这两个序列未能融合" in text
    assert "不会自动重试" in text


def test_a_result_shows_what_decides() -> None:
    sentence = "The error is <b>above</b> half a voxel."
    row = done(
        verdict="look",
        half_voxel_mm=1.0,
        reasons=[{"code": "x", "sentence": sentence}],
        caveats=[{"code": "y", "sentence": "The weight is old."}],
    )
    text = page("requester", row)
    for word in (
        "需目视核对",
        "1.2 mm",
        "2.1 mm",
        "±0.3 mm",
        "半体素 1.0 mm",
        "93.1 %",
        "41",
        "刚性",
    ):
        assert word in text
    assert "alert-triangle" in text
    assert "&lt;b&gt;above" in text
    assert "短径小于 2.5 mm 的病灶" in text
    assert "往返一致性" not in text
    assert "-4.0000" in text
    assert "误差较大，须经专家核对" in text
    assert "Check by eye" in page("requester", row, "en")
    assert 'id="open-fused"' in text


def test_the_rigid_result_stands_beside_the_deformable_one() -> None:
    rigid = {
        "method": "rigid",
        "verdict": "look",
        "quality": {"estimated_mm": 4.5},
        "matrix": [[1, 0, 0, 0]] * 4,
    }
    jacobian = {"minimum": 0.4, "folded_fraction": 0.0}
    row = done(
        method="deformable", rigid=rigid, quality={"estimated_mm": 1.25, "jacobian": jacobian}
    )
    text = page("reader", row)
    for word in ("形变配准", "刚性", "4.50 mm", "1.25 mm", "雅可比最小值", "0.0 %"):
        assert word in text
    assert "形变融合须经专家核对并通过后方可测量" in text
    assert 'name="kind" value="target"' not in text
    client = client_of("reader")
    url = f"/fusions/{row.code}/judge/"
    answer = client.post(url, {"judgement": "rejected", "reason": " "})
    assert answer.status_code == 422
    assert "请说明不通过的理由。" in answer.content.decode()
    assert client.post(url, {"judgement": "approved", "reason": "边缘连续"}).status_code == 302
    text = page("requester", row)
    assert "专家已通过" in text
    assert "边缘连续" in text
    assert 'name="kind" value="target"' in text
    assert 'name="judgement"' not in text


def test_asking_for_a_table_and_its_faults() -> None:
    row = done()
    client = client_of("reader")
    url = f"/fusions/{row.code}/tables/"
    wrong = {"kind": "target", "threshold_kind": "fixed", "threshold": "many"}
    answer = client.post(url, wrong)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "阈值应为" in text
    assert '<details class="measure" open>' in text
    right = wrong | {"threshold": "2，5"}
    assert client.post(url, right)["Location"].endswith("#tables")
    table = FusionTable.objects.get()
    assert table.inputs["threshold"] == {"kind": "fixed", "value": 2.5}
    text = page("reader", row)
    assert "由摄取生成靶区" in text
    assert "part=tables" in text
    perform_tables.end_refused(table.pk, "There is no such computation.", "x")
    assert "没有该计算项目。" in page("reader", row)
    store.judge(world.viewer("reader"), row.code, "rejected", "移位")
    answer = client.post(url, right)
    assert answer.status_code == 409
    assert "专家未通过该融合，不作测量。" in answer.content.decode()


JOINT = {
    "kind": "joint",
    "rows": [
        {
            "region": "左侧<i>肿物",
            "layer": "PET",
            "modality": "PT",
            "quantity": "SUVbw",
            "values": [{"name": "max", "value": 6.414, "unit": "g/ml", "method": "m"}],
            "volume_ml": 41.3,
            "short_axis_mm": 31.2,
            "voxels": 5120,
            "inside": 1.0,
            "error_mm": 1.25,
            "refused": None,
            "caveats": [],
        },
        {
            "region": "小结节",
            "layer": "PET",
            "modality": "PT",
            "quantity": "SUVbw",
            "values": [],
            "volume_ml": 0.1,
            "short_axis_mm": 2.0,
            "voxels": 3,
            "inside": 1.0,
            "error_mm": 1.25,
            "refused": {"code": "z", "sentence": "The error is too large for this region."},
            "caveats": [],
        },
    ],
    "caveats": [],
    "outputs": [],
}


def table_of(row: FusionRow, kind: str, result: dict) -> FusionTable:
    table = FusionTable.objects.create(
        code=f"{kind[:20]:0<26}",
        fusion=row,
        kind=kind,
        asked_by_id=world.viewer("reader").user,
        asked_at=row.asked_at,
    )
    perform_tables.end_done(table.pk, result)
    return table


def test_a_joint_table_goes_into_the_opinion_once() -> None:
    row = done()
    table = table_of(row, "joint", JOINT)
    text = page("reader", row)
    assert "左侧&lt;i&gt;肿物" in text
    assert "最大值 6.41 g/ml" in text
    assert "The error is too large for this region" in text
    url = f"/fusions/{row.code}/tables/{table.code}/insert/"
    for login in ("requester", "desk", "expert"):
        assert "写入我的会诊意见" not in page(login, row)
        assert client_of(login).post(url).status_code == 409
    client = client_of("reader")
    assert client.post(url)["Location"] == f"/cases/{row.case_id}/#opinion"
    client.post(url)
    findings = cases.show(world.viewer("reader"), row.case_id).draft.findings
    assert findings.count("融合图像联合测量") == 1
    assert "6.4" in findings
    assert "估计误差 1.2 mm" in findings
    assert client.post(f"/fusions/{row.code}/tables/NONE/insert/").status_code == 404


def test_the_other_tables_are_read_as_they_are_answered() -> None:
    row = done()
    corrected = {
        "name": "肿物",
        "voxels": 100.0,
        "before": 3.9,
        "gtm": 5.1,
        "rbv": 5.0,
        "yang": 5.05,
        "gtm_if_sharper": 4.8,
        "gtm_if_blurrier": 5.6,
        "recovery": 0.77,
        "meaning": {"code": "a", "sentence": "It lost activity."},
        "caveats": [],
    }
    table_of(
        row,
        "partial-volume",
        {"rows": [corrected], "unit": "SUVbw", "fwhm_mm": [5, 5, 6.5], "caveats": []},
    )
    target = {
        "number": 1,
        "maximum": 6.4,
        "volume_ml": 28.7,
        "short_axis_mm": 27.0,
        "carried_ml": None,
        "refused": {"code": "b", "sentence": "Too small."},
        "caveats": [],
    }
    table_of(row, "target", {"rows": [target], "unit": "SUVbw", "threshold": "41%", "caveats": []})
    text = page("reader", row)
    for word in (
        "4.8 / 5.6",
        "77 %",
        "5×5×6.5",
        "It lost activity",
        "28.7 ml",
        "Too small",
        "41%",
    ):
        assert word in text


def test_pictures_and_displacement_are_handed_out_to_who_sees_them(
    fake_core: Path,
) -> None:
    fusion_work.install()
    row = made.do(made.asked(method="deformable"))
    text = page("requester", row)
    assert text.count('type="radio"') == 3
    base = f"/fusions/{row.code}/files/"
    answer = client_of("requester").get(f"{base}checkerboard-axial-1.png")
    assert answer["Content-Type"] == "image/png"
    assert answer.getvalue().startswith(b"\x89PNG")
    field = client_of("trainee").get(f"{base}displacement.nii.gz")
    assert field["Content-Disposition"].startswith("attachment")
    assert field.getvalue() == b"not a real field"
    assert client_of("stranger").get(f"{base}checkerboard-axial-1.png").status_code == 404
    assert client_of("requester").get(f"{base}../../x").status_code == 404
    assert "空间配准对象" in text


def test_case_and_study_show_their_fusions() -> None:
    row = done()
    for url in (f"/cases/{row.case_id}/", f"/studies/{world.STUDY}/"):
        text = client_of("requester").get(url).content.decode()
        for word in (
            "图像融合",
            "配准合格",
            "1.2 mm (P95 2.1)",
            "±0.3 mm",
            f"/fusions/{row.code}/",
        ):
            assert word in text, (url, word)
        assert "融合两个序列" in text
    text = client_of("trainee").get(f"/studies/{world.STUDY}/").content.decode()
    assert "配准合格" in text
    assert "融合两个序列" not in text
    text = client_of("requester").get(f"/studies/{made.OTHER_CHILD}/").content.decode()
    assert "图像融合" not in text.partition("<main")[2]
