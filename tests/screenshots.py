"""Takes the pictures of README.md: cards as the real Anki renders them, preview and book, in a real Chromium.

Run by `make screenshots`. Where Roboto is installed (Debian: fonts-roboto-unhinted) it stands for the system's font, as
on an Android phone.
"""

from __future__ import annotations

import html
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from atlas_decks.cli import run
from atlas_decks.project import Project
from support.builds import build, copy_of
from support.cardpages import CardPage, card_pages, page_html

ROOT = Path(__file__).resolve().parents[1]
TO = ROOT / "docs" / "screenshots"
DIAGRAM = "stripe-request-flow"
# file name -> night mode, and the cards that stand side by side: fact, template, side
STRIPS: dict[str, tuple[bool, tuple[tuple[str, str, str], ...]]] = {
    "cards-light": (
        False,
        (
            ("component/ep", "Recall", "front"),
            ("component/ep", "Recall", "back"),
            ("trace/known-key", "Recall", "back"),
        ),
    ),
    "cards-night": (
        True,
        (
            ("metric/key-age", "Recall", "back"),
            ("trade-off/client-keys-over-guessing", "Choice", "back"),
            ("failure/lost-response", "Containment", "back"),
        ),
    ),
}
PHONE = (390, 760)  # px
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<match><test name="family"><string>system-ui</string></test><edit name="family" mode="prepend" binding="strong"><string>Roboto</string></edit></match>
<match><test name="family"><string>sans-serif</string></test><edit name="family" mode="prepend" binding="strong"><string>Roboto</string></edit></match>
</fontconfig>"""


def main() -> None:
    """Build everything anew, look at it, and write the pictures."""
    project = Project(ROOT)
    TO.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="atlas-screenshots-") as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "fonts.conf").write_text(FONTS, "utf-8")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox"],
            env={**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")},
        )
        _cards(browser, project, folder)
        _preview(browser, project, folder / "site")
        browser.close()


def _cards(browser: Any, project: Project, folder: Path) -> None:
    package = build(copy_of(project, folder / "project"), 2_000_000_000).folder / "atlas-all.apkg"
    wanted = {f"{DIAGRAM}/{fact}" for _, cards in STRIPS.values() for fact, *_ in cards}
    found = card_pages(package, folder, lambda fields: fields.partition("\x1f")[0] in wanted)
    pages = {(card.key, card.template, card.side): card for card in found}
    for name, (night, cards) in STRIPS.items():
        strip = [pages[f"{DIAGRAM}/{fact}", template, side] for fact, template, side in cards]
        _shoot(browser, folder / f"{name}.html", _strip(strip, night), TO / f"{name}.png")


def _strip(cards: list[CardPage], night: bool) -> str:
    frames = "".join(f'<iframe srcdoc="{html.escape(page_html(card, night, phone=True))}"></iframe>' for card in cards)
    width, height = PHONE
    return (
        "<!doctype html><style>body{margin:0;display:flex;gap:24px;width:max-content;background:transparent}"
        f"iframe{{width:{width}px;height:{height}px;border:1px solid #8a96a3;border-radius:18px}}</style>{frames}"
    )


def _shoot(browser: Any, file: Path, text: str, picture: Path) -> None:
    file.write_text(text, "utf-8")
    page = browser.new_page(viewport={"width": 1300, "height": PHONE[1] + 40})
    page.goto(file.as_uri())
    page.wait_for_load_state("networkidle")
    page.locator("body").screenshot(path=picture, omit_background=True)
    page.close()


def _preview(browser: Any, project: Project, folder: Path) -> None:
    assert run(["--project", str(project.root), "-q", "preview", "-o", str(folder)]) == 0
    page = browser.new_page(viewport={"width": 1200, "height": 760})
    for name, file in (("tier-1", "preview"), (f"read-{DIAGRAM}", "book")):
        page.goto((folder / f"{name}.html").as_uri())
        page.wait_for_load_state("networkidle")
        page.screenshot(path=TO / f"{file}.png")
    page.close()


if __name__ == "__main__":
    main()
