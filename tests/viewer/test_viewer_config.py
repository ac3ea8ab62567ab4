from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongying.web.viewer.config import (
    FUSED,
    MR_THREE_PLANES,
    PET_CT_FUSED,
    ULTRASOUND,
    VIEWER_CSP,
    WORDS,
    WORKER_CSP,
    NoStudyToOpen,
    csp_header,
    fused_viewer_url,
    start_values,
    viewer_language,
    viewer_url,
)

UIDS = st.lists(st.from_regex(r"[1-9]\d{0,4}(\.[1-9]\d{0,8}){2,6}", fullmatch=True), min_size=1)
MODALITIES = st.sets(st.sampled_from(["CT", "MR", "PT", "US", "CR", "SR", "SEG", "OT"]))


def values(language_code: str | None) -> dict[str, object]:
    said = start_values(
        language_code, csrf_cookie="c", csrf_header="X-CSRFTOKEN", login_url="/login/"
    )
    return dict(json.loads(said))


@pytest.mark.parametrize(
    ("modalities", "protocol"),
    [
        ({"PT", "CT"}, PET_CT_FUSED),
        ({"PT", "CT", "SEG", "SR"}, PET_CT_FUSED),
        ({"PT", "CT", "MR"}, PET_CT_FUSED),
        ({"PT"}, None),
        ({"PT", "MR"}, MR_THREE_PLANES),
        ({"MR"}, MR_THREE_PLANES),
        ({"MR", "SR"}, MR_THREE_PLANES),
        ({"US"}, ULTRASOUND),
        ({"CT"}, None),
        ({"CR"}, None),
        (set(), None),
    ],
)
def test_layout_follows_the_modalities(modalities: set[str], protocol: str | None) -> None:
    query = parse_qs(urlsplit(viewer_url(["1.2.3"], modalities=modalities)).query)
    assert query.get("hangingProtocolId", [None]) == [protocol]


@given(study_uids=UIDS, modalities=MODALITIES, series=st.none() | st.just("1.2.9"))
def test_link_stays_on_the_site_and_gives_the_studies_back(
    study_uids: list[str], modalities: set[str], series: str | None
) -> None:
    link = urlsplit(viewer_url(study_uids, modalities=modalities, series_uid=series))
    query = parse_qs(link.query)
    assert (link.scheme, link.netloc, link.path) == ("", "", "/viewer/viewer")
    assert query["StudyInstanceUIDs"] == [",".join(study_uids)]
    assert query.get("initialSeriesInstanceUID") == (None if series is None else [series])


@given(study_uids=UIDS, fixed=st.text(min_size=1), overlay=st.text(min_size=1))
def test_a_fused_pair_names_both_series(study_uids: list[str], fixed: str, overlay: str) -> None:
    link = urlsplit(
        fused_viewer_url(study_uids, fixed_series_uid=fixed, overlay_series_uid=overlay)
    )
    assert (link.scheme, link.netloc, link.path) == ("", "", "/viewer/viewer")
    assert parse_qs(link.query, keep_blank_values=True) == {
        "StudyInstanceUIDs": [",".join(study_uids)],
        "hangingProtocolId": [FUSED],
        "fusedFixed": [fixed],
        "fusedOverlay": [overlay],
    }
    assert values("zh")["fusedParameters"] == {"fixed": "fusedFixed", "overlay": "fusedOverlay"}


def test_a_fused_pair_of_nothing_is_refused() -> None:
    with pytest.raises(NoStudyToOpen):
        fused_viewer_url([], fixed_series_uid="1.2", overlay_series_uid="1.3")


def test_every_colour_map_of_the_viewer_has_a_chinese_name() -> None:
    named = set(WORDS["zh"]["colours"])
    assert {"hot_iron", "s_pet", "rainbow_2", "hsv", "perfusion"} <= named
    assert WORDS["en-US"]["colours"] == {}


@given(st.text(min_size=1, max_size=30))
def test_a_strange_uid_cannot_add_a_parameter(uid: str) -> None:
    query = parse_qs(urlsplit(viewer_url([uid], modalities=())).query, keep_blank_values=True)
    assert query == {"StudyInstanceUIDs": [uid]}


def test_nothing_to_open_is_refused() -> None:
    with pytest.raises(NoStudyToOpen) as refusal:
        viewer_url([], modalities={"CT"})
    assert refusal.value.error_code == "viewer.no-study"


@pytest.mark.parametrize(
    ("code", "language"),
    [("zh-hans", "zh"), ("zh", "zh"), ("en", "en-US"), ("en-gb", "en-US"), (None, "zh")],
)
def test_language(code: str | None, language: str) -> None:
    assert viewer_language(code) == language
    assert values(code)["language"] == language


def test_both_languages_have_every_word_and_say_research_use() -> None:
    assert {frozenset(words) for words in WORDS.values()} == {frozenset(WORDS["zh"])}
    for words in WORDS.values():
        assert "Research use only" in words["research"]
        assert "仅供研究" in words["research"]


def test_values_are_ascii_json_without_markup() -> None:
    said = start_values("zh", csrf_cookie="</script>", csrf_header="X", login_url="/login/")
    assert said.isascii()
    assert json.loads(said)["csrfCookie"] == "</script>"


@pytest.mark.parametrize("policy", [VIEWER_CSP, WORKER_CSP])
def test_policy_names_nothing_outside(policy: dict[str, list[str]]) -> None:
    assert policy["default-src"] == ["'none'"]
    header = csp_header(policy)
    assert not re.search(r"https?:|//|\*", header)
    assert header.count(";") == len(policy) - 1


def test_the_page_runs_only_our_script_files() -> None:
    assert "'unsafe-inline'" not in VIEWER_CSP["script-src"]
    assert VIEWER_CSP["script-src"] == ["'self'", "'unsafe-eval'"]
