"""The steps that rules do: triage, advice, draft, review, follow-up."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pydicom
import pytest
import rule_world as world
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from tongying.ai.backends.protocol import RunRefused
from tongying.ai.card.catalogue import cards
from tongying.ai.card.definition import Method, Step
from tongying.ai.steps import (
    follow_up,
    order_advice,
    protocol_advice,
    quality_review,
    report_draft,
    triage,
)
from tongying.ai.steps.critical_words import CRITICAL_WORDS, critical_words_in
from tongying.ai.steps.dose_levels import dose_level
from tongying.ai.steps.given import given_of
from tongying.dicom.acquisition.facts import BodyPart
from tongying.norms.sex import Sex
from tongying.pathway.catalogue import pathways

FUNCTIONS = {
    "triage": triage,
    "order-advice": order_advice,
    "protocol-advice": protocol_advice,
    "report-draft": report_draft,
    "quality-review": quality_review,
    "follow-up": follow_up,
}
CHEST = world.study(world.chest())
NODULE = {
    "number": 1,
    "kind": "lung-nodule",
    "side": "R",
    "diameter_mm": 5.2,
    "volume_mm3": 74.0,
    "details": {},
}
KINDS = {"lung-nodule": {"en": "lung nodule", "zh": "肺结节"}}


def nodules(*findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    name = {"en": "Lung nodules", "zh": "肺结节检出"}
    return world.run("nodules", findings=list(findings), kinds=KINDS, name=name, **more)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_cards_of_rules_say_that_they_are_rules_and_name_every_flag(name: str) -> None:
    card = cards()[name]
    assert card.method is Method.RULE and not card.evidence
    module = FUNCTIONS[name]
    assert card.running.entry == f"{module.__name__}:answer"
    kinds = {
        value
        for key, value in vars(module).items()
        if key.isupper() and not key.startswith("_") and isinstance(value, str)
    }
    named = {kind for kind, _ in card.findings}
    assert named <= kinds
    assert card.shown_first is (card.step is Step.TRIAGE)


# triage


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("呕吐胆汁，除外肠扭转", ["volvulus"]),
        ("r/o volvulus", ["volvulus"]),
        ("无颅内出血，无发热", []),
        ("No intracranial hemorrhage; fever", []),
        ("没有肠扭转。怀疑肠套叠", ["intussusception"]),
        ("有无颅内出血？", ["intracranial haemorrhage"]),
        ("convolvulus is a flower", []),
        ("误食纽扣电池", ["button battery"]),
        ("随访", []),
    ],
)
def test_a_critical_word_counts_unless_it_is_denied(text: str, found: list[str]) -> None:
    assert [one.words.english for one in critical_words_in(text)] == found


@pytest.mark.parametrize("word", CRITICAL_WORDS, ids=lambda one: one.words.english)
def test_every_spelling_is_found_and_denied_in_both_languages(word: Any) -> None:
    for spelling in word.spellings:
        assert word in critical_words_in(f"? {spelling.upper()}")
        assert word not in critical_words_in(f"未见{spelling}")
        assert word not in critical_words_in(f"there is no {spelling}")


def test_triage_moves_forward_for_words_flags_and_urgency() -> None:
    flag = {"kind": "mixed-children", "level": "urgent", "english": "Two children.", "chinese": ""}
    given = {
        "question": {"words": "疑肠扭转", "urgency": "emergency"},
        "runs": [
            world.run("acquisition-quality", "acquisition-quality", flags=[flag]),
            world.run("acquisition-quality", "acquisition-quality", "failed", flags=[flag]),
        ],
    }
    answer = world.ask(triage.answer, given, CHEST)
    assert world.kinds(answer) == [
        ("critical-word", "urgent"),
        ("urgent-flag", "urgent"),
        ("urgent-question", "look"),
    ]
    assert "肠扭转" in answer.flags[0].chinese


def test_triage_without_a_reason_says_so_and_what_it_did_not_know() -> None:
    answer = world.ask(triage.answer, {}, CHEST)
    assert world.kinds(answer) == [("nothing-urgent", "none")]
    assert "ai.triage-without-question" in [one.code for one in answer.caveats]


def test_what_is_given_in_another_form_is_unknown() -> None:
    given = given_of({"question": "?", "runs": {"a": 1}, "looks": [{"on": "soon"}], "opinion": 3})
    assert (given.question, given.runs, given.looks, dict(given.opinion)) == ("", (), (), {})


# protocol


def test_dose_levels_as_printed() -> None:
    printed = {
        BodyPart.HEAD: ((36.5, 43.4, 49.1, 51.1), (488, 635, 723, 852)),
        BodyPart.CHEST: ((6.1, 6.4, 6.8, 9.6), (108, 136, 187, 293)),
        BodyPart.ABDOMEN: ((10.5, 10.3, 11.4, 13.0), (251, 284, 353, 523)),
    }
    for part, (ctdi, dlp) in printed.items():
        found = [dose_level(part, days) for days in (100, 366 * 2, 366 * 7, 366 * 12)]
        assert tuple(one.ctdi_mgy for one in found if one) == ctdi
        assert tuple(one.dlp_mgy_cm for one in found if one) == dlp
    ends = [dose_level(BodyPart.CHEST, days) for days in (365, 366, 1826, 1827, 5478, 5479)]
    assert [one and one.years for one in ends] == [(0, 1), (1, 5), (1, 5), (5, 10), (10, 15), None]
    assert dose_level(BodyPart.PELVIS, 400) is None


def ct_file(folder: Path, ctdi: float | None) -> Path:
    dataset = pydicom.Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, "1.2.3.4"
    if ctdi is not None:
        dataset.CTDIvol = ctdi
    path = folder / "one.dcm"
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    dataset.save_as(path, enforce_file_format=True)
    return path


@pytest.mark.parametrize(
    ("ctdi", "spacing", "kind"),
    [
        (6.8, None, "dose-within-level"),
        (6.9, None, "dose-above-level"),
        (6.8, 3.0, "dose-above-level"),
        (6.8, 2.5, "dose-within-level"),
        (None, None, "dose-not-compared"),
    ],
)
def test_a_dose_is_compared_with_the_level_of_part_and_age(
    tmp_path: Path, ctdi: float | None, spacing: float | None, kind: str
) -> None:
    facts = world.study(world.chest(slice_spacing_mm=spacing, kvp=80.0), days=2000)
    answer = world.ask(protocol_advice.answer, {}, facts, (ct_file(tmp_path, ctdi),))
    assert [one.kind for one in answer.flags] == ["protocol-seen", kind]
    assert "80 kVp" in answer.flags[0].english


@pytest.mark.parametrize(
    "facts",
    [
        world.study(world.chest(), days=None),
        world.study(world.chest(), days=16 * 366),
        world.study(world.series()),
        world.study(world.series(body_parts=frozenset({BodyPart.CHEST, BodyPart.ABDOMEN}))),
    ],
)
def test_a_dose_without_a_level_is_not_compared(tmp_path: Path, facts: Any) -> None:
    answer = world.ask(protocol_advice.answer, {}, facts, (ct_file(tmp_path, 500.0),))
    assert answer.flags[1].kind == "dose-not-compared"


@pytest.mark.parametrize(
    ("weight", "kind", "level"),
    [(20.0, "contrast-usual", "none"), (None, "weight-missing", "look")],
)
def test_contrast_is_told_for_the_weight(weight: float | None, kind: str, level: str) -> None:
    facts = world.study(world.chest(contrast=True), weight_kg=weight)
    flag = world.ask(protocol_advice.answer, {}, facts).flags[-1]
    assert (flag.kind, flag.level) == (kind, level)
    assert weight is None or "30-40 mL" in flag.english


# order


def test_a_pathway_lists_what_needs_no_radiation() -> None:
    given = {"question": {"words": "", "pathway": "hip-dysplasia"}}
    facts = world.study(world.series("CT"), days=60)
    found = world.kinds(world.ask(order_advice.answer, given, facts))
    assert ("less-radiation", "look") in found and ("not-asked-for", "look") in found
    assert world.kinds(
        world.ask(order_advice.answer, given, world.study(world.series("US"), days=60))
    ) == [("no-advice", "none")]


def test_a_guessed_pathway_says_that_it_was_guessed() -> None:
    word = pathways()["hip-dysplasia"].keywords[0]
    facts = world.study(world.series("CT"), days=60)
    answer = world.ask(order_advice.answer, {"question": {"words": word}}, facts)
    assert "ai.pathway-guessed" in [one.code for one in answer.caveats]


@pytest.mark.parametrize(
    ("earlier", "modality", "part", "told"),
    [
        ("2026-02-20", "CT", "chest", True),
        ("2026-01-30", "CT", "chest", True),
        ("2026-01-29", "CT", "chest", False),
        ("2026-02-20", "MR", "chest", False),
        ("2026-02-20", "CT", "head", False),
        ("2026-03-02", "CT", "chest", False),
    ],
)
def test_radiation_of_the_same_part_shortly_before_is_told(
    earlier: str, modality: str, part: str, *, told: bool
) -> None:
    given = {"prior_studies": [{"date": earlier, "modalities": [modality], "parts": [part]}]}
    found = world.kinds(world.ask(order_advice.answer, given, CHEST))
    assert (("repeated", "look") in found) is told


# draft


def test_a_draft_has_a_line_for_each_result_and_its_tool() -> None:
    value = {"measure": "brain-volume", "value": 1234.56, "unit": "cm3", "side": ""}
    given = {
        "question": {"words": "", "pathway": "lung-nodule"},
        "runs": [
            nodules(NODULE),
            world.run("tissues", "measurement", values=[value]),
            world.run("motion", "detection", "refused", refusal="Too young."),
            world.run("triage", "triage", flags=[{"level": "look", "english": "no line"}]),
        ],
    }
    answer = world.ask(report_draft.answer, given, CHEST)
    english = [one.english for one in answer.texts]
    assert english[0] == "Right lung nodule, 5.2 mm, 74 mm³ (Lung nodules, no. 1)."
    assert "1235 cm³ (tissues 1)" in english[1]
    assert english[2] == "motion did not speak about this examination: Too young."
    assert len(english) == 3
    assert answer.texts[0].chinese == "右侧肺结节，5.2 mm，74 mm³（肺结节检出，第1号）。"


@pytest.mark.parametrize("pathway", sorted(pathways()))
def test_normal_wording_says_that_nobody_looked_and_goes_once_something_is_found(
    pathway: str,
) -> None:
    given = {"question": {"words": "", "pathway": pathway}, "runs": [nodules()]}
    (text,) = world.ask(report_draft.answer, given, CHEST).texts
    assert text.english.startswith("Template wording, not looked at")
    assert text.chinese.startswith("模板用语") and text.part == "findings"
    given["runs"] = [nodules(NODULE)]
    assert len(world.ask(report_draft.answer, given, CHEST).texts) == 1


def test_nothing_is_drafted_from_nothing() -> None:
    with pytest.raises(RunRefused) as refused:
        world.ask(report_draft.answer, {}, CHEST)
    assert refused.value.error_code == "ai.nothing-to-report"


# review


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("右肺结节，5 mm。", []),
        ("左肺肺结节，直径5 mm。", ["side-differs"]),
        ("右侧肺结节，直径8 mm。", ["number-differs"]),
        ("右侧肺结节0.5cm。", []),
        ("双肺未见异常。", ["not-mentioned"]),
        ("A lung nodule on the right, 5.2 mm. Left lung clear.", []),
        ("右侧肺结节；子宫未见异常。", ["sex-differs"]),
        ("女童，右侧肺结节。", ["sex-differs"]),
        ("其母亲及妹妹体健。右侧肺结节。", []),
        ("12岁，右侧肺结节。", ["age-differs"]),
        ("5岁男童，右侧肺结节。", []),
    ],
)
def test_a_text_is_held_against_the_results(text: str, found: list[str]) -> None:
    text = text.replace("右肺结节", "右侧肺结节")
    given = {"opinion": {"findings": text}, "runs": [nodules(NODULE)]}
    answer = world.ask(quality_review.answer, given, CHEST)
    assert [one.kind for one in answer.flags] == (found or ["nothing-differs"])


def test_a_girl_has_no_testis_and_an_unknown_sex_is_not_compared() -> None:
    given = {"opinion": {"findings": "The testes are normal."}}
    girl = world.study(world.chest(), sex=Sex.FEMALE)
    assert world.kinds(world.ask(quality_review.answer, given, girl)) == [("sex-differs", "urgent")]
    unknown = world.study(world.chest(), sex=None)
    assert world.kinds(world.ask(quality_review.answer, given, unknown)) == [
        ("nothing-differs", "none")
    ]


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(RunRefused) as refused:
        world.ask(quality_review.answer, {"opinion": {"findings": " "}}, CHEST)
    assert refused.value.error_code == "ai.nothing-written"


# follow-up


def test_looks_are_due_or_overdue_on_the_day_of_the_study() -> None:
    look = {"en": "Ultrasound again", "zh": "复查超声", "source": "S"}
    given = {"looks": [look | {"on": "2026-02-19"}, look | {"on": "2026-03-01"}]}
    answer = world.ask(follow_up.answer, given, CHEST)
    assert world.kinds(answer) == [("look-overdue", "look"), ("look-due", "none")]
    assert answer.flags[0].value == 10.0


@pytest.mark.parametrize(
    ("before", "now", "linked", "kind"),
    [
        (60.0, 75.0, 1, "grown"),
        (60.0, 74.9, 1, "nothing-open"),
        (60.0, 75.0, None, "nothing-open"),
        (None, 75.0, 1, "nothing-open"),
        (60.0, 75.0, "", "new-finding"),
    ],
)
def test_growth_is_told_as_measured(
    before: float | None, now: float, linked: int | str | None, kind: str
) -> None:
    details = {} if linked is None else {"prior_number": linked, "doubling_days": 100.0}
    given = {
        "runs": [nodules(NODULE | {"volume_mm3": now, "details": details})],
        "prior_runs": [nodules(NODULE | {"volume_mm3": before}, study_date="2025-12-01")],
    }
    answer = world.ask(follow_up.answer, given, CHEST)
    assert [one.kind for one in answer.flags] == [kind]
    if kind == "grown":
        assert answer.flags[0].value == pytest.approx(1.25)
        assert "100 days" in answer.flags[0].english


def test_an_earlier_run_of_another_version_is_not_compared() -> None:
    earlier = nodules(study_date=str(date(2025, 12, 1))) | {"version": "0"}
    given = {"runs": [nodules(NODULE)], "prior_runs": [earlier]}
    assert world.kinds(world.ask(follow_up.answer, given, CHEST)) == [("nothing-open", "none")]
