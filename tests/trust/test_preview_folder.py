"""`preview` removes nothing that is not its own, leaves nothing behind, and goes on whatever git does to the folders."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from atlas_decks.cli import run
from atlas_decks.preview import write_site
from support.sample import QUEUES, Sample

SITE = [("index.html", "<p>one"), ("media/a.svg", "<svg/>")]


def hidden(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


@pytest.mark.parametrize("name", ["CNAME", "notes/mine.md", "media/mine.svg", "notes/"])
def test_what_else_lies_in_the_site_is_left_alone(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    write_site(folder, SITE)
    mine = folder / name
    if name.endswith("/"):
        mine.mkdir()
    else:
        mine.parent.mkdir(exist_ok=True)
        mine.write_text("mine", "utf-8")
    with pytest.raises(FileExistsError, match=re.escape(f"holds {name.split('/')[0]}")):
        write_site(folder, [("index.html", "<p>two")])
    assert mine.exists()
    assert (folder / "index.html").read_text("utf-8") == "<p>one"
    assert hidden(tmp_path) == []


def test_a_new_site_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    assert write_site(folder, SITE) == 2
    assert write_site(folder, [("index.html", "<p>two")]) == 1
    assert sorted(f.name for f in folder.rglob("*") if f.is_file()) == [".atlas-preview", "index.html"]
    assert hidden(tmp_path) == []


def test_a_folder_that_was_made_read_only_is_replaced(tmp_path: Path) -> None:
    write_site(tmp_path / "site", SITE)
    (tmp_path / "site" / "media").chmod(0o500)
    (tmp_path / "site").chmod(0o500)
    write_site(tmp_path / "site", [("index.html", "<p>two")])
    assert (tmp_path / "site" / "index.html").read_text("utf-8") == "<p>two"
    assert hidden(tmp_path) == []


_KILLED = """
import os, signal, sys
from pathlib import Path
from atlas_decks.preview import folder as module
steps = int(sys.argv[2])
def files():
    for number in range(5):
        if number == steps:
            os.kill(os.getpid(), signal.SIGKILL)
        yield f"page-{number}.html", "x" * 1000
if steps == 5:
    module._remove = lambda folder: os.kill(os.getpid(), signal.SIGKILL)
module.write_site(Path(sys.argv[1]), files())
"""


@pytest.mark.parametrize("steps", [0, 3, 5])
@pytest.mark.parametrize("name", ["site", "[s]*"])
def test_what_killed_previews_left_goes_with_the_next(steps: int, name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    write_site(folder, SITE)
    done = subprocess.run([sys.executable, "-c", _KILLED, str(folder), str(steps)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(hidden(tmp_path)) == 1
    other = tmp_path / f".{name}-mine1234"
    other.mkdir()
    (other / "thesis.txt").write_text("mine", "utf-8")
    write_site(folder, SITE)
    assert hidden(tmp_path) == [other.name]
    assert (other / "thesis.txt").is_file()


def test_the_draft_of_a_preview_at_work_is_left_alone(tmp_path: Path) -> None:
    def files() -> Iterator[tuple[str, str]]:
        yield "index.html", "<p>outer"
        write_site(tmp_path / "site", [("index.html", "<p>inner")])
        yield "other.html", "<p>outer"

    assert write_site(tmp_path / "site", files()) == 2
    assert (tmp_path / "site" / "index.html").read_text("utf-8") == "<p>outer"
    assert hidden(tmp_path) == []


@pytest.fixture
def served(sample: Sample) -> Iterator[str]:
    program = str(Path(sys.executable).with_name("atlas-decks"))
    command = [program, "--project", str(sample.root), "preview", "--watch", "--port", "0", "-j", "1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        for line in process.stderr:
            if match := re.match(r"http://\S+", line):
                yield match.group()
                break
        assert process.poll() is None, "still running"
        process.kill()


def wait_for(address: str, text: str, seconds: float = 60.0) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with suppress(urllib.error.HTTPError), urllib.request.urlopen(address, timeout=10) as page:
            if text in page.read().decode():
                return
        time.sleep(0.3)
    pytest.fail(f"{text!r} was not served")


def test_watching_goes_on_after_a_checkout(sample: Sample, served: str) -> None:
    """Folders that go and come back, templates that were not there at the start, and edits after all that."""
    page = f"{served}diagram-delta-flow.html"
    wait_for(page, "It checks the token.")
    kept = sample.root / "kept"
    shutil.move(sample.root / "curriculum", kept)
    time.sleep(3)
    shutil.copytree(kept, sample.root / "curriculum")
    sample.edit("It checks the token.", "It checks the signature.")
    wait_for(page, "It checks the signature.")
    sample.edit("It checks the signature.", "It checks the stamp.")
    wait_for(page, "It checks the stamp.")
    sample.write("<div>Asked: {{Prompt}}</div>", "templates/metric/front.html")
    wait_for(page, "<div>Asked: ")
    sample.write("<div>Question: {{Prompt}}</div>", "templates/metric/front.html")
    wait_for(page, "<div>Question: ")
    (sample.root / QUEUES).rename(sample.root / "elsewhere.yaml")
    time.sleep(1)
    (sample.root / "elsewhere.yaml").rename(sample.root / QUEUES)
    sample.edit("It checks the stamp.", "It checks the seal.")
    wait_for(page, "It checks the seal.")


def test_a_bug_does_not_end_the_watching(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    from atlas_decks import preview as site
    from atlas_decks.cli import preview as command
    from atlas_decks.cli.context import make_context

    said: list[str] = []
    context = make_context(sample.root, False, True, False)
    monkeypatch.setattr(type(context), "say", lambda _, text: said.append(text))

    def broken() -> Iterator[tuple[str, str]]:
        raise KeyError("Unit")

    def gone() -> Iterator[tuple[str, str]]:
        raise FileNotFoundError(2, "No such file or directory", "queues.yaml")

    live = site.LiveSite()
    command._make(context, live, broken)
    command._make(context, live, gone)
    assert "this is a bug" in said[0]
    assert "queues.yaml: No such file or directory" in said[1]
    assert "queues.yaml" in live.state()


def test_the_report_of_a_build_overwrites_nothing_that_it_did_not_write(
    sample: Sample, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ["--project", str(sample.root), "build", "--report"]
    assert run([*at, str(sample.root / "report.json")]) == 0
    assert run([*at, str(sample.root / "report.json")]) == 0
    for name in ("decks/ledger.jsonl", QUEUES, "decks/atlas-all.apkg"):
        before = (sample.root / name).read_bytes()
        capsys.readouterr()
        assert run([*at, str(sample.root / name)]) == 1
        assert "is no report of a build" in capsys.readouterr().err
        assert (sample.root / name).read_bytes() == before
