"""Compile the web's message catalogues (.po) to what gettext reads (.mo); standard library only.

Run without arguments it compiles every catalogue below ``src/tongying/web/locale``.
"""

from __future__ import annotations

import ast
import struct
import sys
from pathlib import Path

LOCALE = Path(__file__).resolve().parents[1] / "src" / "tongying" / "web" / "locale"
MAGIC = 0x950412DE
_HEADER = struct.Struct("<7I")
_PAIR = struct.Struct("<2I")


def read_po(path: Path) -> dict[str, str]:
    """Return a catalogue's messages as gettext keys them: context, id and plural in one key."""
    messages: dict[str, str] = {}
    entry: dict[str, str] = {}
    field = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            _keep(entry, messages)
            entry, field = {}, ""
            continue
        if not text.startswith('"'):
            field, _space, text = text.partition(" ")
            if field in entry:
                sys.exit(f"{path.name}, line {number}: {field} stands twice in one entry.")
            entry[field] = ""
        try:
            entry[field] += ast.literal_eval(text)
        except (SyntaxError, ValueError, KeyError):
            sys.exit(f"{path.name}, line {number}: this is not a line of a catalogue.")
    _keep(entry, messages)
    return messages


def _keep(entry: dict[str, str], messages: dict[str, str]) -> None:
    if "msgid" not in entry:
        return
    key = entry["msgid"]
    if "msgctxt" in entry:
        key = f"{entry['msgctxt']}\x04{key}"
    if "msgid_plural" in entry:
        key += "\0" + entry["msgid_plural"]
    forms = [text for name, text in sorted(entry.items()) if name.startswith("msgstr")]
    if any(forms):
        messages[key] = "\0".join(forms)


def mo_bytes(messages: dict[str, str]) -> bytes:
    """Return the messages in the GNU MO format (gettext manual, 10.3), sorted as it demands."""
    pairs = sorted((key.encode(), text.encode()) for key, text in messages.items())
    tables = _HEADER.size + 2 * _PAIR.size * len(pairs)
    keys = b"".join(key + b"\0" for key, _ in pairs)
    texts = b"".join(text + b"\0" for _, text in pairs)
    originals, translations = bytearray(), bytearray()
    at_key, at_text = tables, tables + len(keys)
    for key, text in pairs:
        originals += _PAIR.pack(len(key), at_key)
        translations += _PAIR.pack(len(text), at_text)
        at_key += len(key) + 1
        at_text += len(text) + 1
    start = _HEADER.size
    header = _HEADER.pack(MAGIC, 0, len(pairs), start, start + len(originals), 0, tables)
    return header + bytes(originals + translations) + keys + texts


def compile_catalogue(path: Path) -> Path:
    """Write the .mo beside a .po, at once or not at all."""
    target = path.with_suffix(".mo")
    fresh = target.with_suffix(".mo.new")
    fresh.write_bytes(mo_bytes(read_po(path)))
    return fresh.replace(target)


def main() -> None:
    """Compile every catalogue."""
    catalogues = sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))
    if not catalogues:
        sys.exit(f"There is no catalogue below {LOCALE}.")
    for path in catalogues:
        compile_catalogue(path)
        print(f"{path.parent.parent.name}: {len(read_po(path)) - 1} messages")


if __name__ == "__main__":
    main()
