"""Write the SHA-256 of every table of published norms, after one was changed on purpose.

A number that changed is a new version of its norm (`@2`), and this script is run with it; a table
that changed otherwise is refused when the catalogue is read.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

TABLES = Path(__file__).resolve().parents[1] / "src" / "tongying" / "norms" / "tables"
NOT_NORMS = {"INDEX.json", "measures.json"}


def index_of(folder: Path) -> str:
    """Return the text of the index of a folder of tables."""
    digests = {
        path.name: sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("*.json"))
        if path.name not in NOT_NORMS
    }
    return json.dumps(digests, indent=1) + "\n"


if __name__ == "__main__":
    (TABLES / "INDEX.json").write_text(index_of(TABLES), encoding="utf-8")
    print(f"{TABLES / 'INDEX.json'} written")
