"""What a learner wrote into our notes comes back: as a patch that git takes, and as text for an issue."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.cli import run
from atlas_decks.curriculum import load
from atlas_decks.learner import real_anki
from atlas_decks.project import Project
from support.builds import build
from support.life import export
from support.repository import git
from support.sample import ACME, QUEUES, Sample, make_sample

pytestmark = pytest.mark.anki
THEN = 1_700_000_000  # of the build: before the learner's edits


class Desk:
    """A project under git with its packages, and a learner who imported them."""

    def __init__(self, root: Path, col: Any) -> None:
        self.sample, self.col, self.root = make_sample(root / "project"), col, root
        self.project = Project(self.sample.root)
        git(self.project.root, "init", "-q")
        git(self.project.root, "add", ".")
        git(self.project.root, "commit", "-qm", "first")
        self.package = shutil.copy(build(self.project, THEN).whole, root / "imported.apkg")
        real_anki.import_package(col, Path(self.package))

    def edit(self, key: str, field: str, text: str) -> None:
        """Write into a field, as the editor of Anki saves it."""
        (number,) = self.col.find_notes(f"Key:{key}")
        note = self.col.get_note(number)
        note[field] = text
        self.col.update_note(note)

    def tag(self, key: str, *tags: str) -> None:
        self.col.tags.bulk_add(self.col.find_notes(f"Key:{key}"), " ".join(tags))

    def told(self, capsys: pytest.CaptureFixture[str], style: str = "text", *more: str) -> str:
        """What the command says of the collection as it is."""
        file = export(self.col, self.root / "mine.colpkg")
        capsys.readouterr()
        assert run(["--project", str(self.project.root), "-q", "corrections", str(file), "--format", style, *more]) == 0
        return capsys.readouterr().out

    def apply(self, patch: str) -> str:
        """Apply a patch with git; returns which lines are new."""
        file = self.root / "mine.patch"
        file.write_bytes(patch.encode())
        git(self.project.root, "apply", "--check", str(file))
        git(self.project.root, "apply", str(file))
        return git(self.project.root, "diff", "-U0")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with real_anki.temporary_collection() as col:
        yield Desk(tmp_path, col)


def test_nothing_was_written(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    for style in ("text", "patch", "issue"):
        assert desk.told(capsys, style) == ""


def test_edits_become_lines_of_the_files(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.edit("delta-flow/metric/peak", "Answer", "1500")
    desk.edit("delta-flow/metric/peak", "Detail", "Measured on a <b>sale</b> day: <code>orders/s</code>.")
    desk.edit("delta-flow/trade-off/buffer", "Gains", "<ul><li>Bursts of minutes are absorbed</li></ul>")
    desk.edit("acme-flow/failure/stall", "Trigger", "A bad release&nbsp;crashes <i>every</i> consumer at once.")
    desk.edit("acme-flow/redraw/redraw", "Title", "Acme: from order to job")
    text = desk.told(capsys)
    assert "delta-flow/metric/peak\n  Answer\n    - 1200\n    + 1500\n" in text
    assert "not in the patch" not in text
    diff = desk.apply(desk.told(capsys, "patch"))
    added = [line[1:].strip() for line in diff.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert sorted(added) == [
        'answer: "1500"',
        'detail: "Measured on a sale day: `orders/s`."',
        "gains: [Bursts of minutes are absorbed]",
        'title: "Acme: from order to job"',
        "trigger: A bad release crashes *every* consumer at once.",
    ]
    assert {line.split(" b/")[1] for line in diff.splitlines() if line.startswith("diff")} == {ACME, QUEUES}
    curriculum, problems = load.load(desk.project)
    assert problems == []
    assert curriculum.by_id["delta-flow"].spec.metrics[0].answer == "1500"
    assert curriculum.by_id["acme-flow"].spec.title == "Acme: from order to job"


def test_the_corrected_files_make_the_learners_notes(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """An update with the patch in it brings back what the learner wrote, so that nothing of it is lost."""
    desk.edit("delta-flow/component/api", "Detail", "It checks the token, and nothing else.")
    desk.apply(desk.told(capsys, "patch"))
    built = build(desk.project, THEN + 10**8)
    real_anki.import_package(desk.col, built.whole)
    (number,) = desk.col.find_notes("Key:delta-flow/component/api")
    assert desk.col.get_note(number)["Detail"] == "It checks the token, and nothing else."
    assert desk.told(capsys) == ""


def test_remarks_and_tags_are_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.edit("delta-flow/metric/peak", "Note", "Compare with our own shop:<br>900 at peak")
    desk.tag("delta-flow/metric/delay", "mine", "marked", "job::interview")
    text = desk.told(capsys)
    assert "delta-flow/metric/peak\n  remark\n    + Compare with our own shop:\n    + 900 at peak" in text
    assert "delta-flow/metric/delay\n  tags of yours: job::interview mine" in text
    assert desk.told(capsys, "patch") == ""
    issue = desk.told(capsys, "issue")
    assert "> 900 at peak" in issue
    assert "interview" not in issue, "tags are nobody else's business"


def test_an_issue_has_what_the_form_asks_for(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.edit("delta-flow/metric/peak", "Answer", "1500 & more")
    issue = desk.told(capsys, "issue")
    assert "### `delta-flow/metric/peak`" in issue
    assert "**Answer**, as it is:\n\n> 1200\n\nas it should be:\n\n> 1500 & more" in issue
    assert issue.rstrip().endswith("**Source** that says so:")


def test_what_has_no_line_of_its_own_is_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.edit("delta-flow/trade-off/buffer", "Gains", "<ul><li>One</li><li>Two</li></ul>")
    desk.edit("delta-flow/metric/peak", "Basis", "guessed")
    desk.edit("delta-flow/metric/delay", "Detail", "")
    text = desk.told(capsys)
    for field in ("Gains", "Basis", "Detail"):
        assert f"  {field}  (not in the patch)" in text
    assert desk.told(capsys, "patch") == ""
    assert "> (nothing)" in desk.told(capsys, "issue")


def reword(sample: Sample) -> None:
    sample.edit("detail: It checks the token.", "detail: It checks and renews the token.")


def test_what_the_project_changed_is_not_proposed(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A learner of an older release: what differs is ours, unless the package that he imported says it is his."""
    desk.edit("delta-flow/component/line", "Detail", "It keeps jobs for a week.")
    reword(desk.sample)
    desk.sample.edit("detail: It keeps jobs for a day.", "detail: It keeps jobs for two days.")
    build(desk.project, 4 * 10**9 // 2)
    text = desk.told(capsys)
    assert "delta-flow/component/api  (of an older release" in text
    assert desk.told(capsys, "patch") == ""
    assert desk.told(capsys, "issue") == ""
    against = ("--against", desk.package)
    told = desk.told(capsys, "text", *against)
    assert "delta-flow/component/api" not in told
    assert "    - It keeps jobs for a day.\n    + It keeps jobs for a week." in told
    assert "Detail  (not in the patch)" in told, "the curriculum has moved on"
    assert desk.told(capsys, "patch", *against) == ""
    assert "> It keeps jobs for a week." in desk.told(capsys, "issue", *against)


def test_with_the_package_edits_on_unchanged_texts_are_proposed(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.edit("delta-flow/component/work", "Detail", "It takes one job at a time.")
    reword(desk.sample)
    build(desk.project, 4 * 10**9 // 2)
    git(desk.project.root, "commit", "-qam", "second")
    diff = desk.apply(desk.told(capsys, "patch", "--against", desk.package))
    assert "+        detail: It takes one job at a time." in diff
    assert "renews" not in diff


def test_the_file_is_written_whole_or_not_at_all(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.edit("delta-flow/metric/peak", "Answer", "1500")
    desk.told(capsys, "patch", "-o", str(tmp_path / "out.patch"))
    assert (tmp_path / "out.patch").read_text("utf-8").endswith("\n")
    bad = tmp_path / "bad.colpkg"
    bad.write_text("no collection")
    assert run(["--project", str(desk.project.root), "corrections", str(bad), "-o", str(tmp_path / "no.patch")]) == 1
    assert "is neither a collection nor a package" in capsys.readouterr().err
    assert not (tmp_path / "no.patch").exists()
