"""Runs a DICOM listener on a data directory: two hospitals, a free port printed as one line.

Reads commands from standard input: ``peer HOSPITAL AE PORT``, ``sweep``, ``audit``,
``quit``.
"""

# ruff: noqa: E402, T201 - Django must be set up first; the port is told on standard output
from __future__ import annotations

import sys
from pathlib import Path

from tongying.web.boot import boot, migrate

boot(Path(sys.argv[1]))

from tongying.archive.content_store import FileContentStore
from tongying.services.dimse.listener import serve_dicom
from tongying.web.people.store import Peer, add_hospital, add_peer, hospital_of_ae_title
from tongying.web.records.index import DjangoIndex
from tongying.web.settings import DATA_DIR
from tongying.web.trail.models import AuditRow


def main() -> None:
    migrate()
    if hospital_of_ae_title("TONGYING") is None:
        add_hospital("COUNTY", "县人民医院", actor="system", ae_title="TONGYING")
        add_hospital("OTHER", "邻县医院", actor="system", ae_title="OTHER")
    listener = serve_dicom(host="127.0.0.1", port=0)
    print(listener.port, flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "quit":
            break
        said: list[str] = []
        if words[0] == "sweep":
            FileContentStore(DATA_DIR).sweep(DjangoIndex().owns)
        elif words[0] == "audit":
            rows = AuditRow.objects.values_list("actor", "action", "kind", "target", "hospital")
            said = ["|".join(row) for row in rows.order_by("id")]
        else:
            _, hospital, ae_title, port = words
            add_peer(hospital, Peer(ae_title, "127.0.0.1", int(port)), actor="system")
        print("ok", *said, flush=True)
    listener.stop()


main()
