"""`preview --watch` as an author uses it: the real command, edits on disk, a real Chromium that looks on."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from atlas_decks.cli import run
from atlas_decks.preview import LiveSite
from atlas_decks.project import Project


@pytest.fixture
def served(starter: Project) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of the starter's site, and the command that serves it."""
    command = [
        str(Path(sys.executable).with_name("atlas-decks")),
        "--project",
        str(starter.root),
        "preview",
        "--watch",
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        for line in process.stderr:
            if match := re.match(r"http://\S+", line):
                yield match.group(), process
                break
        else:
            pytest.fail("the server did not start")
        process.kill()


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


@pytest.mark.browser
def test_pages_follow_the_edits(starter: Project, served: tuple[str, subprocess.Popen[str]], browser: Any) -> None:
    address, process = served
    file = next(starter.curriculum.rglob("*/*.yaml"))
    text = file.read_text("utf-8")
    diagram = re.search(r"- id: (\S+)", text)
    prompt = re.search(r"prompt: (.+)", text)
    assert diagram
    assert prompt
    page = browser.new_page()
    page.goto(f"{address}diagram-{diagram.group(1)}.html")
    card = page.locator(".flip", has=page.get_by_text(prompt.group(1), exact=True)).first
    card.locator(".turn").click()
    name = card.get_attribute("id")

    article = browser.new_page()
    article.goto(f"{address}read-{diagram.group(1)}.html")

    _edit(file, prompt.group(1), "Which words did the author put here instead?")
    article.get_by_text("Which words did the author put here instead?").wait_for(timeout=20_000)
    article.close()
    turned = page.locator(f"#{name}.turned")
    turned.get_by_text("Which words did the author put here instead?").locator("visible=true").wait_for(timeout=20_000)

    _edit(file, "prompt: Which words", "promt: Which words")
    page.get_by_role("alert").wait_for(timeout=20_000)
    assert re.search(r"\S+\.yaml:\d+:\d+: ", page.get_by_role("alert").inner_text())
    assert turned.count() == 1, "the page stays as it was"
    assert Axe().run(page).response["violations"] == []

    _edit(file, "promt: Which words", "prompt: Which other words")
    turned.get_by_text("Which other words did").locator("visible=true").wait_for(timeout=20_000)
    assert page.get_by_role("alert").count() == 0
    page.close()
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130


def test_a_site_that_cannot_be_made_yet_says_why_and_only_its_own_files_are_served(
    starter: Project, served: tuple[str, subprocess.Popen[str]]
) -> None:
    address, _ = served
    assert urllib.request.urlopen(f"{address}index.html").status == 200
    for name in ("nothing.html", "../atlas.yaml", "%2e%2e/curriculum/atlas.yaml", "/etc/hostname"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(address + name)
    live = LiveSite()
    live.blame("curriculum/atlas.yaml:1:1: something")
    assert "Nothing to show yet" in (live.file("index.html") or "")
    assert "curriculum/atlas.yaml:1:1: something" in live.state()


def test_options_that_do_not_fit_together_are_refused(starter: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--project", str(starter.root), "preview", "--port", "0"]) == 2
    assert run(["--project", str(starter.root), "preview", "--watch", "-o", "site"]) == 2
    assert "--watch" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said_plainly(
    starter: Project, served: tuple[str, subprocess.Popen[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    port = served[0].rstrip("/").rpartition(":")[2]
    assert run(["--project", str(starter.root), "preview", "--watch", "--port", port]) == 1
    assert "in use" in capsys.readouterr().err
