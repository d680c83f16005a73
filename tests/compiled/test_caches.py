"""Caches only save time: warm, cold or damaged, a build gives the same bytes; what changed is made again, and no more."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from atlas_decks import rules
from atlas_decks.cli import run
from atlas_decks.compiled import keys, tally, workers
from atlas_decks.compiled.survey import judge_whole, survey
from atlas_decks.diagrams import EmbeddedRenderer
from atlas_decks.files.zip_archive import Archive, deflate, inflate
from atlas_decks.project import Project
from atlas_decks.rules.registry import CURRICULUM_RULES
from support.builds import Checked
from support.sample import ACME, ATLAS, QUEUES, Sample, make_sample, subject

SOURCE = Path(__file__).resolve().parents[2] / "src" / "atlas_decks"
Damage = Callable[[Path], None]


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sample:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    return make_sample(tmp_path / "project")


def build(sample: Sample, *more: str) -> dict[str, bytes]:
    assert run(["--project", str(sample.root), "-q", "build", *more]) == 0
    return sample.packages()


def entries(sample: Sample) -> dict[str, int]:
    """The subjects in the store, with the time of their making in nanoseconds."""
    return {file.name: file.stat().st_mtime_ns for file in Project(sample.root).compiled_folder.iterdir()}


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-7])


def _flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


DAMAGE: dict[str, Damage] = {
    "cut off": _cut,
    "a flipped bit": _flip,
    "empty": lambda file: file.write_bytes(b""),  # type: ignore[dict-item,return-value]
    "gone": Path.unlink,
    "other JSON": lambda file: file.write_bytes(b"[1, 2]"),  # type: ignore[dict-item,return-value]
    "no text": lambda file: file.write_bytes(b"\xff\xfe" * 40),  # type: ignore[dict-item,return-value]
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_warm_cold_and_damaged_caches_give_the_same_bytes(sample: Sample, damage: Damage) -> None:
    cold = build(sample)
    assert build(sample) == cold
    project = Project(sample.root)
    for folder in (project.picture_cache, project.compiled_folder):
        for file in list(folder.iterdir()):
            damage(file)
    damage(project.last_build_file)
    for package in project.decks.glob("*.apkg"):
        package.unlink()
    assert build(sample) == cold
    shutil.rmtree(sample.root / ".atlas")
    assert build(sample) == cold


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_package_is_made_again(sample: Sample, damage: Damage) -> None:
    cold = build(sample)
    damage(sample.root / "decks/atlas-1-foundation.apkg")
    assert build(sample) == cold


def test_the_number_of_processes_and_threads_does_not_show(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = build(sample, "--jobs", "1")
    shutil.rmtree(sample.root / ".atlas")
    monkeypatch.setattr(workers, "_POOL_FROM", 0)
    monkeypatch.setattr(workers, "_CHUNK", 1)
    for package in (sample.root / "decks").glob("*.apkg"):
        package.unlink()
    assert build(sample, "--jobs", "3") == alone


def test_only_what_changed_is_made_again(sample: Sample) -> None:
    before = build(sample)
    made = entries(sample)
    packages = {file.name: file.stat().st_ino for file in (sample.root / "decks").glob("*.apkg")}
    sample.edit("It checks the token.", "It checks each token.", ACME)
    after = build(sample)
    assert len(set(entries(sample)) - set(made)) == 1
    assert {name for name in made if entries(sample)[name] != made[name]} == set()
    changed = {name for name, content in after.items() if before[name] != content}
    assert changed == {"ledger.jsonl", "atlas-2-companies.apkg", "atlas-all.apkg"}
    same = {file.name for file in (sample.root / "decks").glob("*.apkg") if packages[file.name] == file.stat().st_ino}
    assert "atlas-1-foundation.apkg" in same
    clean = make_sample(sample.root.parent / "clean")
    clean.edit("It checks the token.", "It checks each token.", ACME)
    clean.write(before["ledger.jsonl"], "decks/ledger.jsonl")
    assert build(clean) == after


@pytest.mark.parametrize("path", [ATLAS, "templates/metric/front.html"])
def test_a_change_of_plan_or_template_reaches_every_note(sample: Sample, path: str) -> None:
    from atlas_decks.project import default_templates

    before = build(sample)
    if path == ATLAS:
        sample.edit("hook: Story method", "hook: A new method", ATLAS)
    else:
        text = (default_templates() / "metric/front.html").read_text("utf-8")
        sample.write(f"<!-- new -->{text}", path)
    after = build(sample)
    assert before["atlas-1-foundation.apkg"] != after["atlas-1-foundation.apkg"]
    assert before["atlas-all.apkg"] != after["atlas-all.apkg"]


def test_a_broken_template_leaves_nothing_behind(sample: Sample, capsys: pytest.CaptureFixture[str]) -> None:
    sample.write("[% if %]", "templates/fields/bullets.html")
    assert run(["--project", str(sample.root), "build"]) == 1
    assert "templates/fields/bullets.html" in capsys.readouterr().err
    assert run(["--project", str(sample.root), "build"]) == 1
    (sample.root / "templates/fields/bullets.html").unlink()
    assert build(sample) == build(make_sample(sample.root.parent / "clean"))


def test_what_only_shows_between_files_is_found_from_the_cache(
    sample: Sample, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--project", str(sample.root), "check"]) == 0
    sample.write(sample.read(ACME).replace("id: acme-flow", "id: delta-flow"), ACME)
    line = sample.line("id: delta-flow", QUEUES)
    for _ in range(2):
        capsys.readouterr()
        assert run(["--project", str(sample.root), "check"]) == 1
        assert "id-unique" in (out := capsys.readouterr().out)
        assert f"{QUEUES}:{line}" in out
    project = Project(sample.root)
    assert list(survey(project, EmbeddedRenderer()).problems) == judge_whole(project, EmbeddedRenderer())


def test_every_rule_of_the_whole_curriculum_claims_what_it_compares(sample: Sample) -> None:
    """A file on its own shows nothing; two that clash must clash by their claims."""
    clashes = {
        "id-unique": ("id: acme-flow", "id: delta-flow"),
        "prompt-unique": ("How long does a job of Acme wait", "How long does a job of Delta wait"),
    }
    for rule, (old, new) in clashes.items():
        text = sample.read(ACME)
        sample.edit(old, new, ACME)
        found = survey(Project(sample.root), EmbeddedRenderer())
        assert found.clash
        assert rule in {problem.rule for problem in found.problems}
        sample.write(text, ACME)
    copy = (
        sample.read(ACME)
        .replace("acme-flow", "twin-flow")
        .replace("of Acme", "of Twin")
        .replace("does Acme", "does Twin")
    )
    sample.write(copy, ACME.replace("acme.yaml", "twin.yaml"))
    found = survey(Project(sample.root), EmbeddedRenderer())
    assert found.clash
    assert {"company-facet"} <= {problem.rule for problem in found.problems}
    (sample.root / ACME.replace("acme.yaml", "twin.yaml")).unlink()
    more = QUEUES.replace("queues.yaml", "more.yaml")
    sample.write(subject("patterns", {"omega": "caches"}), more)  # the plan has one of them
    found = survey(Project(sample.root), EmbeddedRenderer())
    assert found.clash
    assert [(problem.rule, problem.path) for problem in found.problems] == [("planned-count", QUEUES)]
    assert {rule.name for rule in CURRICULUM_RULES if rule.claims is None} == {
        "decision-not",
        "fact-id-unique",
        "source-used",
    }


def test_the_real_curriculum_is_judged_alike_by_both_ways(project: Project, checked: Checked) -> None:
    found = survey(project, EmbeddedRenderer())
    assert (found.problems, found.count, found.clash) == (checked.problems, len(checked.curriculum.diagrams), False)
    claims = [claim for diagram in checked.curriculum.diagrams for claim in rules.claims(diagram)]
    assert len({key for key, _ in claims if key.startswith("id-unique")}) == found.count


def test_a_project_that_cannot_be_written_can_be_checked(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.mkdir

    def refuse(self: Path, *arguments: object, **options: object) -> None:
        if ".atlas" in self.parts:
            raise PermissionError(13, "Permission denied", str(self))
        real(self, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "mkdir", refuse)
    assert run(["--project", str(sample.root), "check"]) == 0
    assert not (sample.root / ".atlas").exists()
    first = build(sample)
    assert first == build(sample)


def test_the_store_is_bounded(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("atlas_decks.compiled.store._SPARE_FROM", 4)
    monkeypatch.setattr("atlas_decks.compiled.store._SPARE", 0)
    for turn in range(8):
        sample.edit("It checks ", f"It checks {turn} ", ACME)
        build(sample)
    assert len(entries(sample)) <= 6
    made = entries(sample)
    build(sample)
    assert entries(sample) == made


def test_a_file_name_need_not_be_utf8(sample: Sample, capsys: pytest.CaptureFixture[str]) -> None:
    odd = os.fsencode(sample.root / "curriculum/1-foundation/patterns/") + b"caf\xe9.yaml"
    Path(os.fsdecode(odd)).write_bytes(b"category: [")
    for _ in range(2):
        assert run(["--project", str(sample.root), "check", "--format", "json"]) == 1
        assert "yaml-syntax" in capsys.readouterr().out


def test_an_archive_takes_members_of_both_kinds(tmp_path: Path) -> None:
    import zipfile

    content = os.urandom(3_000_000) + b"x" * 3_000_000
    (tmp_path / "big").write_bytes(content)
    made = []
    for jobs in (1, 2, 5):
        archive = Archive(tmp_path / f"{jobs}.zip")
        archive.add("small", deflate(b"small " * 100))
        archive.add_file("big", tmp_path / "big", jobs)
        archive.add("empty", deflate(b""))
        archive.close()
        made.append((tmp_path / f"{jobs}.zip").read_bytes())
    assert made[0] == made[1] == made[2]
    with zipfile.ZipFile(tmp_path / "1.zip") as opened:
        assert opened.testzip() is None
        assert opened.namelist() == ["small", "big", "empty"]
        assert opened.read("big") == content
        assert opened.read("small") == b"small " * 100
    assert inflate(deflate(content)) == content


def test_installed_packages_are_named_with_their_versions() -> None:
    from importlib.metadata import version

    from atlas_decks.files.versions import versions

    assert versions("lxml", "mermaid_py") == (f"lxml-{version('lxml')}", f"mermaid_py-{version('mermaid-py')}")


def test_a_warm_build_needs_none_of_what_draws(sample: Sample) -> None:
    import subprocess
    import sys

    build(sample)
    code = "import sys; from atlas_decks.cli import run; run(sys.argv[1:]); print(sorted(sys.modules))"
    command = [sys.executable, "-c", code, "--project", str(sample.root), "-q", "build"]
    sample.edit("It checks the token.", "It checks each token.", ACME)
    for heavy in (("lxml", "fontTools", "mermaid", "requests"), ("lxml", "fontTools", "mermaid", "requests", "jinja2")):
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert [name for name in heavy if f"'{name}'" in done.stdout] == []


def test_the_key_of_the_store_covers_the_whole_tool() -> None:
    names = {str(file.relative_to(SOURCE)) for file in keys.tool_files()}
    assert names >= {"cards/notes.py", "rules/cards.py", "diagrams/svg/finish.py", "compiled/survey.py"}
    assert any(name.endswith(".ttf") for name in names)


def test_progress_is_told_while_subjects_are_made_and_when_they_are_found(sample: Sample) -> None:
    for _ in ("cold", "warm"):
        steps: list[int] = []
        found = survey(Project(sample.root), EmbeddedRenderer(), progress=steps.append)
        assert sum(steps) == found.count > 1
        assert len(steps) > 1


def test_stats_counts_alike_from_the_store_and_from_the_files(
    sample: Sample, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stats() -> str:
        assert run(["--project", str(sample.root), "stats", "--format", "json"]) == 0
        return capsys.readouterr().out

    def refuse(*_: object) -> None:
        raise AssertionError("read although it was stored")

    loaded = stats()
    assert json.loads(loaded)["cards"]["redraw"] == json.loads(loaded)["diagrams"] == 3
    assert not (sample.root / ".atlas").exists(), "counting draws and keeps nothing"
    build(sample)
    with monkeypatch.context() as patch:
        patch.setattr(tally, "decode", refuse)
        assert stats() == loaded
    sample.edit("answer: Worker", "answer: Consumer", ACME)  # a rule complains: it still counts
    assert run(["--project", str(sample.root), "-q", "check"]) == 1
    capsys.readouterr()
    assert stats() == loaded
