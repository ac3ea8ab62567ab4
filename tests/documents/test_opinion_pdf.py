"""The printed opinion, read back as another program reads it (pypdf)."""

from __future__ import annotations

import io
import pickle
import re
import struct
import subprocess
import sys
import urllib.request
import zlib
from dataclasses import fields, replace
from datetime import date, datetime, timedelta, timezone

import pypdf
import pytest
import weasyprint

from tongying.consult.amendment import Amendment
from tongying.consult.case import Confidence
from tongying.consult.document import (
    AskedQuestion,
    BodySize,
    DocumentChild,
    DocumentKind,
    DocumentStudy,
    Hospital,
    KeyImage,
    Language,
    OpinionDocument,
    Practitioner,
    SignatureStatus,
    difference,
    with_changes_since,
)
from tongying.kernel.caveat import Caveat
from tongying.kernel.ids import HospitalCode, SeriesUid, SopUid, StudyUid
from tongying.web.documents.labels import FIELD_LABELS, LABELS
from tongying.web.documents.pdf import opinion_html, print_html, render_opinion_pdf

CST = timezone(timedelta(hours=8))
COUNTY = Hospital("通城县人民医院", HospitalCode("TC"))
CHILDRENS = Hospital("武汉儿童医院", HospitalCode("WH"))


def png(grey: int) -> bytes:
    """A grey 32 by 32 PNG, written out by hand."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    rows = b"".join(b"\0" + bytes([grey]) * 32 for _ in range(32))
    header = struct.pack(">IIBBBBB", 32, 32, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def key_images(count: int) -> tuple[KeyImage, ...]:
    return tuple(
        KeyImage(
            f"图像说明{place}",
            png(40 * place),
            StudyUid("1.2"),
            SeriesUid("1.2.3"),
            SopUid(f"1.2.3.{place}"),
            "1.2.840.10008.5.1.4.1.1.2",
            place if place == 2 else None,
        )
        for place in range(1, count + 1)
    )


def opinion(**changes: object) -> OpinionDocument:
    document = OpinionDocument(
        number="TY-2026-000123",
        version=1,
        kind=DocumentKind.CONSULT_ADVICE,
        asking=COUNTY,
        answering=CHILDRENS,
        requester=Practitioner("陈建国", "主治医师", COUNTY),
        signer=Practitioner("李敏", "主任医师", CHILDRENS),
        child=DocumentChild("王小明", "M", date(2021, 1, 12), "0048", "TC"),
        size=BodySize(16.5, 104.0, date(2026, 2, 27)),
        study=DocumentStudy(StudyUid("1.2"), date(2026, 2, 28), "US", "腹部超声", "A17"),
        question=AskedQuestion("有引导点吗？", "复发性肠套叠", Confidence.UNSURE, "三次住院。"),
        answer="有引导点：回盲部息肉样团块。",
        findings="近端肠管呈同心圆征。",
        advice="四十八小时内转外科。",
        requested_at=datetime(2026, 2, 28, 19, 42, tzinfo=CST),
        signed_at=datetime(2026, 2, 28, 22, 5, tzinfo=CST),
        signature=SignatureStatus.ELECTRONIC_NOT_CA,
        verify_url="https://tongying.example/verify/9F2K",
    )
    return replace(document, **changes)


def read(document: OpinionDocument, language: str = "zh-hans") -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(render_opinion_pdf(document, language=language)))


def squeezed(page: pypdf.PageObject) -> str:
    return re.sub(r"\s+", "", page.extract_text())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_the_usual_opinion_fits_one_a4_page(language: str, count: int) -> None:
    pdf = read(opinion(key_images=key_images(count)), language)
    (page,) = pdf.pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
    said = squeezed(page)
    for place in range(1, count + 1):
        assert f"图像说明{place}" in said
    pictures = [image for image in page.images if image.image.size == (32, 32)]
    assert len(pictures) == count


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("count", [0, 1, 4])
def test_the_answer_is_read_before_the_findings(language: Language, count: int) -> None:
    said = squeezed(read(opinion(key_images=key_images(count)), language).pages[0])
    order = ["武汉儿童医院", "王小明", "有引导点吗？", "有引导点：回盲部息肉样团块。",
             "近端肠管呈同心圆征。", "四十八小时内转外科。", "李敏"]  # fmt: skip
    places = [said.index(text) for text in order]
    assert places == sorted(places)


def test_the_page_says_what_it_must() -> None:
    said = squeezed(read(opinion(caveats=(Caveat("demo", "演示数据。"),))).pages[0])
    for text in [
        "通城县人民医院", "远程会诊意见", "非诊断报告", "TY-2026-000123", "5岁1月", "16.5kg·104cm",
        "复发性肠套叠", "拿不准", "2026-02-2822:05UTC+8", "电子签名（账号认证，非CA）",
        "诊断与治疗由申请（经治）医院决定并负责", "仅供研究使用", "Researchuseonly",
        "第1页/共1页", "演示数据。", "腹部超声", "A17", "主任医师",
    ]:  # fmt: skip
        assert text in said, text
    digest = opinion(caveats=(Caveat("demo", "演示数据。"),)).digest()
    assert digest[:16] in said


def test_a_diagnostic_report_does_not_say_that_it_is_advice() -> None:
    said = squeezed(read(opinion(kind=DocumentKind.DIAGNOSTIC_REPORT)).pages[0])
    assert "远程诊断报告" in said
    assert "非诊断报告" not in said
    assert "由受邀医院出具" in said


def test_unknown_is_said_and_never_filled_in() -> None:
    said = squeezed(
        read(
            opinion(
                child=DocumentChild("王小明", None, None, "0048", "TC"), size=None, findings=""
            ),
            "en",
        ).pages[0]
    )
    assert said.count("notknown") == 4  # sex, age, birth, weight and height
    assert "Findings" not in said


def test_fonts_are_embedded_and_the_language_and_tags_are_set() -> None:
    pdf = read(opinion())
    fonts = pdf.pages[0]["/Resources"]["/Font"]
    assert len(fonts) >= 2
    for font in fonts.values():
        (descendant,) = font.get_object()["/DescendantFonts"]
        descriptor = descendant.get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)
        assert re.search(r"Noto-?Sans-?(Mono-?)?CJK", descriptor["/FontName"])
        assert "/ToUnicode" in font.get_object()
    root = pdf.trailer["/Root"]
    assert root["/Lang"] == "zh-CN"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert read(opinion(), "en").trailer["/Root"]["/Lang"] == "en"


def test_metadata_name_the_document_and_not_the_child() -> None:
    metadata = read(opinion()).metadata
    assert metadata is not None
    assert metadata.title == "远程会诊意见 TY-2026-000123 v1"
    assert all("王小明" not in str(value) for value in metadata.values())
    assert "/CreationDate" not in metadata


def test_long_text_flows_on_under_a_header_that_names_child_and_document() -> None:
    findings = "\n".join(f"{line}. 近端肠管呈同心圆征，长约三厘米。" for line in range(1, 90))
    pdf = read(opinion(findings=findings, key_images=key_images(4)))
    assert len(pdf.pages) >= 3
    for number, page in enumerate(pdf.pages, start=1):
        said = squeezed(page)
        assert f"第{number}页/共{len(pdf.pages)}页" in said
        assert "仅供研究使用" in said
        assert ("远程会诊意见TY-2026-000123·版本1" in said) == (number > 1)
        assert "王小明" in said
    whole = "".join(squeezed(page) for page in pdf.pages)
    assert all(f"{line}.近端" in whole for line in range(1, 90))
    assert "李敏" in squeezed(pdf.pages[-1])


def test_an_amended_version_shows_reason_and_both_lines() -> None:
    old = opinion()
    new = opinion(version=2, amendment=Amendment("外院补传图像。"), answer="二十四小时内转院。")
    said = squeezed(read(with_changes_since(new, old)).pages[0])
    reason = said.index("外院补传图像。")
    assert (
        reason < said.index("删有引导点：回盲部息肉样团块。") < said.index("增二十四小时内转院。")
    )
    assert "修改说明·版本2" in said


def test_a_draft_says_so_and_carries_no_code_to_verify() -> None:
    draft = opinion(signature=SignatureStatus.UNSIGNED, signer=None, signed_at=None)
    said = squeezed(read(draft).pages[0])
    assert said.count("草稿·未签名") >= 2
    assert "未签名（草稿，无效）" in said
    assert "扫码核验" not in said


def test_the_same_document_gives_the_same_bytes_in_another_process_too() -> None:
    document = opinion(key_images=key_images(2))
    first = render_opinion_pdf(document, language="zh-hans")
    assert render_opinion_pdf(document, language=Language.ZH_HANS) == first
    assert render_opinion_pdf(document, language="en") != first
    code = (
        "import pickle, sys; from tongying.web.documents.pdf import render_opinion_pdf\n"
        "document = pickle.load(sys.stdin.buffer)\n"
        "sys.stdout.buffer.write(render_opinion_pdf(document, language='zh-hans'))\n"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(document), capture_output=True, check=True
    )
    assert elsewhere.stdout == first


HOSTILE = (
    '<link rel="stylesheet" href="http://example.invalid/a.css">'
    '<link rel="stylesheet" href="file:///example.invalid/b.css">'
    '<img src="https://example.invalid/c.png"><p style="background: url(ftp://example.invalid/d)">'
)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that the renderer's fetcher tried to open; none is opened."""
    addresses: list[str] = []

    def refuse(self: object, address: object, *rest: object, **named: object) -> None:
        addresses.append(str(getattr(address, "full_url", address)))
        raise OSError("not opened in this test")

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", refuse)
    return addresses


def test_nothing_outside_the_page_is_opened(opened: list[str]) -> None:
    assert print_html(HOSTILE, identifier="x").startswith(b"%PDF-")
    assert opened == []


def test_the_watch_on_the_fetcher_bites(opened: list[str]) -> None:
    weasyprint.HTML(string=HOSTILE, url_fetcher=weasyprint.URLFetcher()).write_pdf()
    assert len(opened) >= 3


def test_what_doctors_write_is_escaped() -> None:
    html = opinion_html(opinion(answer="<script>x</script>{{ number }}"), language=Language.EN)
    assert "&lt;script&gt;x&lt;/script&gt;{{ number }}" in html
    assert "<script>" not in html


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="fr"):
        render_opinion_pdf(opinion(), language="fr")


def test_it_renders_without_a_configured_web() -> None:
    code = (
        "import os, pickle, sys; os.environ.pop('DJANGO_SETTINGS_MODULE', None)\n"
        "from django.conf import settings\n"
        "from tongying.web.documents.pdf import render_opinion_pdf\n"
        "render_opinion_pdf(pickle.load(sys.stdin.buffer), language='en')\n"
        "assert not settings.configured\n"
    )
    document = pickle.dumps(opinion(key_images=key_images(1)))
    subprocess.run([sys.executable, "-c", code], input=document, check=True)


def test_every_label_exists_in_both_languages() -> None:
    assert set(LABELS[Language.ZH_HANS]) == set(LABELS[Language.EN])
    parts = {
        "asking": Hospital, "answering": Hospital, "requester": Practitioner,
        "signer": Practitioner, "child": DocumentChild, "size": BodySize,
        "study": DocumentStudy, "question": AskedQuestion,
    }  # fmt: skip
    named = {f"{name}.{field.name}" for name, part in parts.items() for field in fields(part)}
    named |= {"kind", "answer", "findings", "advice", "key_images", "caveats"}
    assert set(FIELD_LABELS) == named
    assert all(set(words) == set(Language) for words in FIELD_LABELS.values())
    changed = opinion(answer="x", size=None, kind=DocumentKind.DIAGNOSTIC_REPORT)
    assert {change.field for change in difference(opinion(), changed)} <= named
