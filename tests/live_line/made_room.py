"""Make a case with a live room in a data directory, as a program: prints its code."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tongying.services.command import open_data

if __name__ == "__main__":
    open_data(Path(sys.argv[1]))
    sys.path.append(str(Path(__file__).resolve().parents[1] / "web"))
    import archive_world
    import room_world

    case_id = room_world.build()
    code = room_world.opened(case_id)
    made = {"case": case_id, "code": code, "password": archive_world.PASSWORD}
    sys.stdout.write(json.dumps(made) + "\n")
