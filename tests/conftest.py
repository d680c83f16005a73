from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from atlas_decks.cli import run
from atlas_decks.cli.new import write_starter
from atlas_decks.project import Project
from support.builds import NOW, Built, Checked, build, check, copy_of
from support.sample import Sample, make_sample

settings.register_profile("untimed", deadline=None)  # machines are noisy
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="the long runs: more sequences, more kills (make test-long)")


@pytest.fixture(scope="session")
def long_run(request: pytest.FixtureRequest) -> bool:
    """Whether this is the long run."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session")
def project() -> Project:
    return Project(ROOT)


@pytest.fixture(scope="session")
def checked(project: Project) -> Checked:
    return check(project)


@pytest.fixture(scope="session")
def built(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The real curriculum, built in a copy of the project."""
    return build(copy_of(project, tmp_path_factory.mktemp("built") / "project"), NOW)


@pytest.fixture(scope="session")
def packages(built: Built) -> Path:
    return built.folder


@pytest.fixture
def starter(tmp_path: Path) -> Project:
    """A fresh copy of the project that `new` makes: one diagram, eight notes."""
    target = tmp_path / "project"
    write_starter(target, "starterstarterst")
    return Project(target)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    executable = shutil.which("chromium")
    if executable is None:
        pytest.fail("these tests look at cards in Chromium: install Debian's package chromium")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        instance = playwright.chromium.launch(executable_path=executable, args=arguments)
        yield instance
        instance.close()


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    """A small project of its own, to break."""
    return make_sample(tmp_path / "project")


@pytest.fixture
def at(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command on the sample at a time, in seconds since 1970; gives its exit code."""

    def command(now: int, *arguments: str) -> int:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(now))
        return run(["--project", str(sample.root), *arguments])

    return command
