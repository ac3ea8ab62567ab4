"""A case that is being read, with a surgeon on its panel and an open live room, made in one go."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from platform_ import Platform, write_phantom

from tongying.dicom.phantoms.bowel_us import Bowel, bowel_cine
from tongying.dicom.phantoms.header import PhantomChild, PhantomStudy

QUESTION = "反复肠套叠，右下腹可疑肿块，能否实时会诊？"


@dataclass(frozen=True)
class Ground:
    """Where it is."""

    case: int
    code: str
    study: str

    @property
    def path(self) -> str:
        return f"/rooms/{self.code}/"


def build(platform: Platform, folder: Path, seed: str = "room") -> Ground:
    """Bring in a bowel clip, ask, assign, accept, open the room; as li and chen."""
    today = datetime.now().replace(microsecond=0)  # noqa: DTZ005 - DICOM's local time
    born = today.date() - timedelta(days=1905)
    child = PhantomChild(f"WW-{seed}", "Wen^Xiaowen=闻^小文", born, "M", 18.2, 1.1)
    study = PhantomStudy(child, seed, today, "腹部超声", "咸宁中心医院")
    folder.mkdir(parents=True, exist_ok=True)
    uid = write_phantom(iter([bowel_cine(study, Bowel(), number=1)]), folder)
    platform.run("import", str(folder), "--hospital", "XNZX")
    case, code = run(platform, "begin", uid)
    return Ground(case, code, uid)


def run(platform: Platform, what: str, *given: object) -> list:
    """Do something on the platform's data in a process of its own; return what it gives."""
    done = subprocess.run(
        [sys.executable, __file__, what, *map(str, given)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**platform.environment, "TONGYING_DATA": str(platform.data)},
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout.splitlines()[-1]))


def _begin(uid: str) -> list[object]:
    from tongying.consult.case import Confidence, Question, Urgency
    from tongying.consult.desk import Act
    from tongying.consult.states import Move
    from tongying.web.cases import store as cases
    from tongying.web.people.store import viewer_of_login
    from tongying.web.rooms import store

    county, desk, expert = (viewer_of_login(login) for login in ("li", "zhou", "chen"))
    question = Question(
        text=QUESTION,
        provisional_diagnosis="肠套叠",
        confidence=Confidence.UNSURE,
        urgency=Urgency.EMERGENCY,
        weight_kg=18.2,
        measured_on=datetime.now().date(),  # noqa: DTZ005 - the day at the bedside
    )
    case = cases.begin(county, uid)
    cases.act(county, case, Act(Move.EDIT, question=question))
    cases.act(county, case, Act(Move.SUBMIT))
    cases.act(desk, case, Act(Move.ASSIGN, assignee=expert.user, reason="实时会诊"))
    cases.act(expert, case, Act(Move.ACCEPT))
    return [case, store.open_room(county, case)]


if __name__ == "__main__":
    from tongying.web.boot import boot

    boot()
    sys.stdout.write(json.dumps({"begin": _begin}[sys.argv[1]](*sys.argv[2:])) + "\n")
