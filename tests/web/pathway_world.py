"""Cases on a pathway for the tests of its stores and pages, on the hospitals of `case_world`."""

from __future__ import annotations

import archive_world as world
import case_world

from tongying.consult.desk import Act, Opinion
from tongying.consult.states import Move
from tongying.web.cases import store as cases
from tongying.web.pathways import following, library
from tongying.web.pathways.answering import Part, kept, write

TEXT = """\
pathway: {id}
version: {version}
name: {{en: Painful knee, zh: 膝关节疼痛}}
specialty: bone
keywords: [脑室, knee]
sources: ["An example of the tests, not a clinical rule."]
intake:
  - id: fall
    must: yes
    words: {{en: Whether the child fell, zh: 有无外伤史}}
    field: {{kind: yes-no}}
  - id: birth-date
    must: yes
    words: {{en: Date of birth, zh: 出生日期}}
    fact: birth-date
report:
  - id: joint
    words: {{en: Joint, zh: 关节}}
    fields:
      - id: effusion
        kind: choice
        must: yes
        sides: yes
        words: {{en: Effusion, zh: 关节积液}}
        options:
          - {{id: none, en: none, zh: 无}}
          - {{id: some, en: some, zh: 有}}
        normal: none
      - id: depth
        kind: number
        sides: yes
        unit: mm
        low: 0
        high: 40
        words: {{en: Depth, zh: 积液深度}}
        only-if: {{field: effusion, answers: [some]}}
      - id: signs
        kind: choices
        words: {{en: Signs, zh: 其他征象}}
        options:
          - {{id: fracture, en: fracture, zh: 骨折}}
          - {{id: oedema, en: oedema, zh: 骨髓水肿}}
      - id: spleen
        kind: measure
        measure: spleen-length
        words: {{en: Spleen, zh: 脾脏长径}}
      - id: in-words
        kind: text
        words: {{en: In words, zh: 文字描述}}
critical:
  - id: septic
    category: hours
    words: {{en: Septic joint, zh: 化脓性关节炎}}
    source: Needs sign-off
    when: {{field: effusion, answers: [some]}}
follow-up:
  - id: again
    field: effusion
    answers: [some]
    after: 14 days
    words: {{en: Ultrasound again in two weeks, zh: 两周后复查超声}}
    source: Needs sign-off
"""
OPINION = Opinion("左膝关节少量积液。", "", "两周后复查。")
WHOLE = {"effusion.R": "none", "effusion.L": "some", "depth.L": "4.5", "signs": ["oedema"]}


def text(id_: str = "knee-pain", version: int = 1) -> str:
    return TEXT.format(id=id_, version=version)


def add(login: str = "reader", **changes: object) -> str:
    """Add the pathway to somebody's hospital and return its digest."""
    return library.add(world.viewer(login), text(**changes)).digest


def reading() -> int:
    """Return a case that an expert reads and that follows the pathway."""
    case = case_world.reading()
    following.choose(world.viewer("reader"), case, add())
    return case


def answer(case: int, answers: dict[str, object], *, login: str = "reader") -> int:
    """Write the report's answers and return the revision afterwards."""
    viewer = world.viewer(login)
    part = Part.REPORT
    return write(viewer, case, part, answers, revision=kept(viewer, case, part).revision).revision


def sign(case: int, move: Move = Move.SIGN, *, reason: str = "") -> None:
    cases.act(world.viewer("reader"), case, Act(move, opinion=OPINION, reason=reason))
