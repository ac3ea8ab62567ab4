"""The live picture over a shaped county line: glass to glass, the steps down, a cut.

Needs root, /dev/net/tun, iproute2 and Debian's chromium; without them it says so and ends.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.report import DOCUMENT, append_section

HERE = Path(__file__).resolve().parents[1] / "tests" / "live_line"
TABLE = """The platform, an expert's Chromium and the county's Chromium in two network namespaces; \
the line between them is shaped in each direction (4 Mbit/s, 80 ms round trip, 1 % loss; then \
500 kbit/s; then 100 kbit/s; then a cut of 20 s). Times of frames are read from the time code in \
the pixels that the expert sees.

| measure | found | target |
|---|---:|---:|
| glass to glass, median | {glass[median_ms]:.0f} ms | ≤ 500 ms |
| glass to glass, 95 % | {glass[p95_ms]:.0f} ms | |
| frames a second | {glass[frames_a_second]:.1f} | ≥ 15 |
| steps at 500 kbit/s | {bad_steps} | in order |
| frames a second at 500 kbit/s | {bad[frames_a_second]:.1f} | |
| steps at 100 kbit/s | {worst_steps} | in order |
| voice at 500, 100 kbit/s | {bad[voice_kbit]:.0f}, {worst[voice_kbit]:.0f} kbit/s | goes on |
| chat at 500, 100 kbit/s | {bad[chat_ms]:.0f}, {worst[chat_ms]:.0f} ms | goes on |
| full picture again after | {full_after_s:.0f} s | |
| cut: stale mark after | {cut[stale_after_ms]:.0f} ms | ≤ 1000 ms |
| cut: picture back after | {cut[back_after_ms]:.0f} ms | ≤ 5000 ms |
| behind a firewall: by relay after | {relayed[after_s]:.0f} s | |
| by relay: glass to glass, frames a second | {relayed[median_ms]:.0f} ms, \
{relayed[frames_a_second]:.1f} | ≤ 500 ms, ≥ 15 |
| the county's recording | {recording[state]}, {recording[seconds]:.0f} s | whole |
"""


def measure() -> dict[str, Any]:
    """Take all figures once."""
    sys.path.insert(0, str(HERE))
    import figures_ as figures
    from line_room_ import line_room
    from shaper_ import why_not

    if reason := why_not():
        raise SystemExit(f"No line can be shaped here: {reason}.")
    with tempfile.TemporaryDirectory() as folder, line_room(Path(folder)) as room:
        figures.open_picture(room)
        return figures.as_json(**figures.whole_run(room))


def main() -> None:
    """Measure, print as JSON, and write the table down."""
    found = measure()
    print(json.dumps(found, ensure_ascii=False))
    steps = {f"{name}_steps": " → ".join(found[name]["levels"]) for name in ("bad", "worst")}
    append_section(DOCUMENT, "The live picture over a county line", TABLE.format(**found, **steps))


if __name__ == "__main__":
    main()
