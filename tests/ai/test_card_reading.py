"""A card's text: every fault with its line, and nothing assumed."""

from __future__ import annotations

import pytest
from card_texts import ADULT_NODULES, TEXTS, card_text, example_cards

from tongying.ai.card.catalogue import CardUnknown, card_of, cards, text_of, texts
from tongying.ai.card.definition import Contrast, Method, Plane, Runtime, Sequence, Span, Step
from tongying.ai.card.reading import CardRefused, digest_of, read_card
from tongying.norms.sex import Sex

_CRITERIA = (
    *("ages", "weight-kg", "sexes", "modality", "body-parts", "sequences", "planes", "kernels"),
    *("slice-thickness-mm", "slice-spacing-mm", "pixel-mm", "field-strength-t", "kvp", "images"),
    *("manufacturers", "contrasts"),
)


def _faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(CardRefused) as caught:
        read_card(text, name="card.yaml")
    assert all(one.chinese for one in caught.value.faults)
    return [(one.line, one.sentence) for one in caught.value.faults]


def _line(text: str, start: str) -> int:
    return next(
        number + 1 for number, one in enumerate(text.splitlines()) if one.strip().startswith(start)
    )


def test_a_card_says_what_its_text_says() -> None:
    card = example_cards()["teen-lung"]
    assert (card.id, card.version, card.step, card.method) == (
        "teen-lung",
        "1.0.0",
        Step.DETECTION,
        Method.TRAINED,
    )
    scope = card.scope
    assert scope.age_days == Span(4383, 6574)
    assert scope.weight_kg == Span(30, 90)
    assert scope.modality == "CT"
    assert scope.body_parts == {"chest"}
    assert scope.planes == {Plane.AXIAL}
    assert scope.kernels == ("b3*", "br4*", "SOFT", "STANDARD")
    assert scope.slice_spacing_mm == Span(None, 2)
    assert scope.manufacturers == {"siemens", "ge"}
    assert scope.contrasts == {Contrast.WITHOUT}
    assert (scope.sexes, scope.sequences, scope.field_strength_t) == (None, None, None)
    assert card.running.runtime is Runtime.COMMAND
    assert card.training.children == 0
    assert card.evidence[0].interval == (0.85, 0.94)
    assert card.findings[0][1].chinese == "肺结节"


def test_sexes_and_sequences_are_read() -> None:
    scope = example_cards()["girls-pelvis"].scope
    assert scope.sexes == {Sex.FEMALE}
    assert scope.sequences == {Sequence.T2, Sequence.DIFFUSION}


@pytest.mark.parametrize("criterion", _CRITERIA)
def test_a_criterion_left_out_is_refused(criterion: str) -> None:
    lines = [one for one in ADULT_NODULES.splitlines() if not one.startswith(f"  {criterion}:")]
    found = _faults("\n".join(lines))
    assert any(f"'{criterion}' is missing" in sentence for _, sentence in found)


@pytest.mark.parametrize(
    ("scope", "key", "words"),
    [
        ({"ages": "{from: 18 years, to: 2 years}"}, "ages", "end before they begin"),
        ({"ages": "{}"}, "ages", "say 'from', 'to' or both"),
        ({"ages": "{from: 3}"}, "ages", "an age such as"),
        ({"ages": "any"}, "scope", "must be named by what finds"),
        ({"modality": "any"}, "scope", "must be named by what finds"),
        ({"modality": "ct"}, "modality", "in capitals"),
        ({"weight_kg": "{from: -1}"}, "weight-kg", "below zero"),
        ({"weight_kg": "{from: 9, to: 3}"}, "weight-kg", "ends before it begins"),
        ({"weight_kg": "light"}, "weight-kg", "keys with values"),
        ({"body_parts": "[brain]"}, "body-parts", "does not know 'brain'"),
        ({"sexes": "[F, F]"}, "sexes", "twice"),
        ({"sequences": "[t1]"}, "sequences", "known of MR only"),
        ({"field_strength_t": "{from: 1}"}, "field-strength-t", "known of MR only"),
        ({"manufacturers": "[TOSHIBA]"}, "manufacturers", "calls the maker 'TOSHIBA' 'canon'"),
        ({"hair": "any"}, "hair", "there is no key"),
    ],
)
def test_a_wrong_scope_is_refused_at_its_line(scope: dict[str, str], key: str, words: str) -> None:
    given = {"ages": "{from: 18 years}", "modality": "CT", **scope}
    text = card_text("wrong", **given)
    assert any(
        line == _line(text, f"{key}:") and words in sentence for line, sentence in _faults(text)
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("version: 1.0.0", "version: one two", "such as 1.0.2"),
        ("method: trained", "method: magic", "one of rule, classical, trained"),
        ("outputs: [findings, values]", "outputs: [opinion]", "no output 'opinion'"),
        ("memory-mb: 500", "memory-mb: 0", "a whole number"),
        ("interval: [0.85, 0.94]", "interval: [0.95, 0.99]", "outside its own interval"),
        ("interval: [0.85, 0.94]", "interval: [0.85]", "two numbers, or none"),
        ("synthetic: yes", "synthetic: perhaps", "yes or no"),
        ("bundled: no", "bundled: yes", "not bundled"),
        ("registered: no", "registered: yes", "'number' is missing"),
        ("registered: no", "registered: no, number: 5", "only what is registered"),
        ("runtime: command", "runtime: onnx", "listed with their sha256"),
        ("runtime: command, entry: example", "runtime: built-in, entry: os:system", "entry is"),
        ("seconds: 60", "seconds: 60, files: [{name: ../x, sha256: 0}]", "no file within"),
        ("n: 888", "n: many", "a whole number"),
        ("id: lung-nodule", "id: Lung Nodule", "small letters"),
        ("bundled: no", "bundled: no\nshown-first: yes", "only triage"),
        ("caveats:\n  - {en: An example., zh: 示例。}\n", "", ""),
        ("card: wrong", "card: &a wrong", "Anchors"),
    ],
)
def test_what_is_wrong_with_a_card_is_said(old: str, new: str, words: str) -> None:
    text = card_text("wrong", ages="{from: 18 years}", modality="CT")
    assert old in text
    changed = text.replace(old, new)
    if not words:
        # Trained on adults and for adults: nothing need be said of children.
        assert read_card(changed, name="card.yaml").caveats == ()
        return
    assert any(words in sentence for _, sentence in _faults(changed))


def test_trained_on_no_children_and_for_children_needs_a_caveat() -> None:
    text = card_text("wrong", ages="{from: 2 years}", modality="CT")
    found = _faults(text.replace("caveats:\n  - {en: An example., zh: 示例。}\n", ""))
    assert any("trained on no children" in sentence for _, sentence in found)


def test_several_faults_come_together_in_order() -> None:
    text = card_text("wrong", ages="{from: 9 eons}", modality="ct", planes="[flat]")
    lines = [line for line, _ in _faults(text)]
    assert len(lines) >= 3
    assert lines == sorted(lines)


@pytest.mark.parametrize("text", ["", "card: [", "- a\n- b", "\x00", "card: !!python/object x"])
def test_what_is_no_card_is_refused_as_a_card(text: str) -> None:
    with pytest.raises(CardRefused) as caught:
        read_card(text, name="card.yaml")
    assert caught.value.error_code == "ai.card-refused"


def test_every_text_of_the_tests_is_a_card() -> None:
    assert set(example_cards()) == set(TEXTS)


def test_shipped_cards_are_called_by_their_ids() -> None:
    assert {name: card.id for name, card in cards().items()} == {name: name for name in texts()}
    assert all(card.bundled for card in cards().values() if not card.running.files)
    assert card_of("acquisition-quality").step is Step.ACQUISITION_QUALITY
    assert digest_of(text_of("acquisition-quality")) != digest_of("")


@pytest.mark.parametrize("ask", [card_of, text_of])
def test_a_card_that_does_not_ship_is_not_found(ask) -> None:
    with pytest.raises(CardUnknown):
        ask("adult-lung-nodule-example")
