"""The words of AI: steps of the examination, methods, standings."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy as _p

from tongying.ai.card.definition import Method, Step

EXAMINATION_STEP_WORDS: Final[dict[Step, Promise]] = {
    Step.ORDER_ADVICE: _p("examination", "Order advice"),
    Step.PROTOCOL: _p("examination", "Protocol"),
    Step.ACQUISITION_QUALITY: _p("examination", "Image quality"),
    Step.TRIAGE: _p("examination", "Triage"),
    Step.DETECTION: _p("examination", "Detection"),
    Step.SEGMENTATION: _p("examination", "Segmentation"),
    Step.MEASUREMENT: _p("examination", "Measurement"),
    Step.REPORT_DRAFT: _p("examination", "Report draft"),
    Step.QUALITY_REVIEW: _p("examination", "Quality review"),
    Step.FOLLOW_UP: _p("examination", "Follow-up"),
}

METHOD_WORDS: Final[dict[Method, Promise]] = {
    Method.RULE: _p("method", "rule"),
    Method.CLASSICAL: _p("method", "image processing without training"),
    Method.TRAINED: _p("method", "trained model"),
}

STANDING_WORDS: Final[dict[str, Promise]] = {
    "off": _p("standing", "off"),
    "shadow": _p("standing", "shadow: runs, nobody sees it"),
    "trial": _p("standing", "trial"),
    "clinical": _p("standing", "clinical"),
    "stopped": _p("standing", "stopped"),
}

STANDING_TONES: Final[dict[str, str]] = {
    "shadow": "",
    "trial": "blue",
    "clinical": "green",
    "stopped": "red",
}

MONITOR_WORDS: Final[dict[str, Promise]] = {
    "input": _p("monitor", "Input"),
    "output": _p("monitor", "Output"),
    "concordance": _p("monitor", "Agreement with readers"),
    "refusals": _p("monitor", "Refusals"),
}

VARIABLE_WORDS: Final[dict[str, Promise]] = {
    "rate-up": _p("monitor", "calls more often"),
    "rate-down": _p("monitor", "calls less often"),
    "score": _p("monitor", "spread of its scores"),
    "agreed": _p("monitor", "accepted findings"),
    "difference": _p("monitor", "difference of values"),
    "refused": _p("monitor", "refused studies"),
    "manufacturer": _p("monitor", "manufacturer"),
    "age": _p("monitor", "age"),
}

STRATUM_WORDS: Final[dict[str, Promise]] = {
    "age_band": _p("stratum", "Age in years"),
    "sex": _p("stratum", "Sex"),
    "manufacturer": _p("stratum", "Manufacturer"),
    "site": _p("stratum", "Hospital"),
}

GROUP_WORDS: Final[dict[str, Promise]] = {
    "unknown": _p("group", "not known"),
    "F": _p("group", "girls"),
    "M": _p("group", "boys"),
}

SEVERITY_WORDS: Final[dict[str, Promise]] = {
    "near-miss": _p("incident", "near miss"),
    "minor": _p("incident", "minor"),
    "serious": _p("incident", "serious"),
}

FAILURE_WORDS: Final[dict[str, Promise]] = {
    "false-positive": _p("failure", "found what is not there"),
    "false-negative": _p("failure", "missed what is there"),
    "wrong-size": _p("failure", "wrong size"),
    "wrong-place": _p("failure", "wrong place"),
    "wrong-child": _p("failure", "spoke about a child it should not"),
    "other": _p("failure", "other"),
}
SILENCE_WORDS: Final[dict[str, Promise]] = {
    "too-few": _p("figure", "too few"),
    "no-scores": _p("figure", "gives no scores"),
    "no-spread": _p("figure", "not defined"),
}

TRUTH_LEVEL_WORDS: Final[dict[str, Promise]] = {
    "pathology": _p("truth", "pathology"),
    "genetics": _p("truth", "genetics"),
    "surgery": _p("truth", "operation"),
    "follow-up": _p("truth", "follow-up"),
    "panel": _p("truth", "joint panel"),
    "report": _p("truth", "signed opinion"),
    "made": _p("truth", "made by code"),
}
