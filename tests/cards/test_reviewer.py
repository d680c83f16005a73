"""The real Anki's window shows every kind of card, front and back, with masks and rings on their nodes.

Part of `make test-long`, which installs the extra `[reviewer]`: Qt and its browser engine are 200 MB to download.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.cards.kinds import KINDS

pytestmark = pytest.mark.anki
PATIENCE = 600  # seconds for the whole walk; it takes one minute on two cores


def test_every_kind_of_card_in_the_real_window(packages: Path, tmp_path: Path, long_run: bool) -> None:
    if not long_run:
        pytest.skip("in `make test-long`: needs the extra [reviewer], 200 MB")
    folder = Path(os.environ.get("ATLAS_SCREENSHOTS", tmp_path / "screenshots"))
    walk = subprocess.run(
        [sys.executable, "-m", "support.reviewer_window", str(packages / "atlas-all.apkg"), str(folder)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert walk.returncode == 0, walk.stderr[-3000:]
    shown: list[dict[str, Any]] = json.loads((folder / "results.json").read_text("utf-8"))
    print(
        f"\n{len(shown)} sides shown in the real window, {sum(s['measured'] for s in shown)} masks and rings measured"
    )
    faults = [s for s in shown if s["faults"]]
    assert faults == []
    seen = {(s["card"].split("/")[1], s["card"].rpartition("/")[2], s["side"], s["theme"], s["window"]) for s in shown}
    for kind in KINDS.values():
        for card in kind.cards:
            for side in ("front", "back"):
                for theme in ("light", "night"):
                    for window in ("default", "phone"):
                        assert (kind.slug, card.name, side, theme, window) in seen, (kind.slug, card.name)
    masked = [s for s in shown if s["measured"]]
    assert {(s["side"], s["theme"], s["window"]) for s in masked} == {(s[2:]) for s in seen}
    assert {s["card"].split("/")[1] for s in masked} >= {"component"}
    for s in shown:
        picture = folder / f"{s['card'].replace('/', '-')}-{s['side']}-{s['theme']}-{s['window']}.png"
        assert picture.stat().st_size > 1000, picture.name
