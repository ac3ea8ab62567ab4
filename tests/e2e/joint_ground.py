"""A PET/CT case with its panel and an open live room; the surgeon on the panel is in it too."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import room_ground
from platform_ import PASSWORD, Platform, write_phantom
from room_ground import Ground

from tongying.dicom.phantoms.header import PhantomChild, PhantomStudy
from tongying.dicom.phantoms.pet_ct import pet_ct

SURGEON = "sun"


def build(platform: Platform, folder: Path) -> Ground:
    """Bring in the images, ask, assign, open the panel and the room."""
    platform.run(
        *("user", "add", SURGEON, "--role", "expert", "--hospital", "WHCH", "--name", "孙伟"),
        *("--title", "主任医师", "--sub-specialty", "外科", "--password-stdin"),
        stdin=PASSWORD + "\n",
    )
    today = datetime.now().replace(microsecond=0)  # noqa: DTZ005 - DICOM's local time
    born = today.date() - timedelta(days=1905)
    child = PhantomChild("WW-joint", "Wen^Xiaowu=闻^小武", born, "M", 18.2, 1.1)
    study = PhantomStudy(child, "joint", today, "PET/CT", "咸宁中心医院")
    uid = write_phantom(pet_ct(study), folder)
    platform.run("import", str(folder), "--hospital", "XNZX")
    case, code = room_ground.run(platform, "begin", uid)
    done = subprocess.run(
        [sys.executable, __file__, str(case), code],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**platform.environment, "TONGYING_DATA": str(platform.data)},
    )
    assert done.returncode == 0, done.stderr
    return Ground(case, code, uid)


def _seat(case: int, code: str) -> None:
    """Give the surgeon and the expert a seat on the panel, and let the surgeon into the room."""
    from tongying.consult.panel_moves import PanelAct
    from tongying.consult.panel_rules import PanelMove
    from tongying.consult.specialty import Specialty
    from tongying.web.panels import store as panels
    from tongying.web.people.models import Member
    from tongying.web.people.store import viewer_of_login
    from tongying.web.rooms import store

    Member.objects.filter(login=SURGEON).update(specialties=Specialty.SURGERY.value)
    expert, surgeon = viewer_of_login("chen"), viewer_of_login(SURGEON)
    seats = ((Specialty.SURGERY, surgeon), (Specialty.NEURO, expert))
    for specialty, member in seats:
        panels.act(
            expert, case, PanelAct(PanelMove.INVITE, specialty=specialty, member=member.user)
        )
    store.invite(expert, code, surgeon.user)


if __name__ == "__main__":
    from tongying.web.boot import boot

    boot()
    _seat(int(sys.argv[1]), sys.argv[2])
    sys.stdout.write(json.dumps([]) + "\n")
