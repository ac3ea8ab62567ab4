"""Cards written for tests: none of them ships."""

from __future__ import annotations

from functools import cache

from tongying.ai.card.definition import ModelCard
from tongying.ai.card.reading import read_card

_OPEN = {
    "ages": "any",
    "weight-kg": "any",
    "sexes": "any",
    "modality": "any",
    "body-parts": "any",
    "sequences": "any",
    "planes": "any",
    "kernels": "any",
    "slice-thickness-mm": "any",
    "slice-spacing-mm": "any",
    "pixel-mm": "any",
    "field-strength-t": "any",
    "kvp": "any",
    "images": "any",
    "manufacturers": "any",
    "contrasts": "any",
}
_CARD = """\
card: {id}
version: 1.0.0
name: {{en: Example {id}, zh: 示例 {id}}}
vendor: Example Ltd
step: {step}
method: {method}
intended-use: {{en: Tests of the gate., zh: 用于测试准入。}}
not-for: {{en: Children., zh: 不用于患儿。}}
scope:
{scope}
outputs: [{outputs}]
run: {{runtime: command, entry: example, memory-mb: 500, seconds: 60}}
training: {training}
evidence:
  - claim: {{en: It finds what was put in., zh: 能发现植入的目标。}}
    metric: sensitivity
    value: 0.9
    interval: [0.85, 0.94]
    n: 200
    population: {{en: Adults, zh: 成人}}
    synthetic: yes
    source: an example
registration: {{registered: no}}
licence: proprietary
bundled: no
caveats:
  - {{en: An example., zh: 示例。}}
findings:
  - {{id: lung-nodule, words: {{en: Lung nodule, zh: 肺结节}}}}
{more}"""


def card_text(
    name: str,
    *,
    outputs: str = "findings, values",
    step: str = "detection",
    method: str = "trained",
    more: str = "",
    **scope: str,
) -> str:
    """Return the text of a card; criteria that are not named (with _ for -) are open."""
    told = _OPEN | {key.replace("_", "-"): value for key, value in scope.items()}
    trained = "{population: {en: Adults, zh: 成人}, n: 888, children: 0}"
    return _CARD.format(
        id=name,
        step=step,
        method=method,
        outputs=outputs,
        training=trained if method == "trained" else "none",
        scope="\n".join(f"  {key}: {value}" for key, value in told.items()),
        more=more,
    )


ADULT_NODULES = card_text(
    "adult-lung-nodule-example",
    ages="{from: 18 years}",
    modality="CT",
    body_parts="[chest]",
    planes="[axial]",
    slice_thickness_mm="{to: 2.5}",
    images="{from: 20}",
)
TEXTS = {
    "adult-lung-nodule-example": ADULT_NODULES,
    "teen-lung": card_text(
        "teen-lung",
        ages="{from: 12 years, to: 18 years}",
        weight_kg="{from: 30, to: 90}",
        modality="CT",
        body_parts="[chest]",
        planes="[axial]",
        kernels='["b3*", "br4*", SOFT, STANDARD]',
        slice_thickness_mm="{from: 0.5, to: 2}",
        slice_spacing_mm="{to: 2}",
        pixel_mm="{from: 0.3, to: 0.9}",
        kvp="{from: 70, to: 120}",
        images="{from: 60, to: 1500}",
        manufacturers="[siemens, ge]",
        contrasts="[without]",
    ),
    "child-brain": card_text(
        "child-brain",
        ages="{from: 2 years, to: 18 years}",
        modality="MR",
        body_parts="[head]",
        sequences="[t1]",
        slice_spacing_mm="{from: 0.7, to: 1.5}",
        field_strength_t="{from: 1.5, to: 3}",
        images="{from: 100}",
    ),
    "girls-pelvis": card_text(
        "girls-pelvis",
        ages="{from: 28 days, to: 12 years}",
        sexes="[F]",
        modality="MR",
        body_parts="[pelvis, abdomen]",
        sequences="[t2, diffusion]",
        planes="[axial, coronal]",
        contrasts="[with, without]",
    ),
    "infant-hip": card_text(
        "infant-hip",
        ages="{to: 6 months}",
        weight_kg="{from: 2}",
        modality="US",
        body_parts="[hip]",
        manufacturers="[mindray, philips, canon]",
    ),
    "growth-of-nodules": card_text(
        "growth-of-nodules",
        ages="{from: 1 year, to: 18 years}",
        modality="CT",
        body_parts="[chest]",
        contrasts="[with]",
        step="follow-up",
        more="needs-prior: yes\n",
    ),
    "words-about-the-study": card_text(
        "words-about-the-study",
        ages="{from: 0 days, to: 18 years}",
        outputs="text",
        method="rule",
        step="order-advice",
    ),
    "any-image": card_text("any-image", outputs="flags", method="rule", step="triage"),
    "any-ct-flags": card_text(
        "any-ct-flags", outputs="flags", method="classical", step="triage", modality="CT"
    ),
}
"""By id; chosen so that every criterion is asked for by one at least."""


@cache
def example_cards() -> dict[str, ModelCard]:
    """Return the cards of `TEXTS` by their ids."""
    return {name: read_card(text, name=name) for name, text in TEXTS.items()}
