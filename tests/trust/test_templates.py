"""Templates of a stranger's project: they run no code, end, and stay small; slips in them are found by `check`."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from atlas_decks.cards.templates import Templates
from atlas_decks.problems import ProblemsFoundError
from atlas_decks.project import default_templates

HOSTILE = [
    "[[ cycler.__init__.__globals__.os.system('touch owned') ]]",
    "[[ ''.__class__.__mro__[1].__subclasses__() ]]",
    "[[ name.__class__ ]]",
    "[[ name.join([name]) ]]",
    "[[ name.format(name) ]]",
    "[[ '%1000000000d' % 1 ]]",
    "[[ 'x' * 1000000000 ]]",
    "[[ name + name ]]",
    "[[ name ~ name ]]",
    "[% set a = name %][[ a ]]",
    "[% with a = name %][[ a ]][% endwith %]",
    "[% for a in range(10) %][% endfor %]",
    "[[ self.__init__ ]]",
    "[[ loop ]]",
    "[[ lipsum() ]]",
    "[[ name|attr('__class__') ]]",
    "[[ name|map('upper')|list ]]",
    "[% import 'card.css' as other %][[ other ]]",
    "[% include 'picture.html' %]",
    "[% include '../../secret' %]",
    "[% include '/etc/passwd' %]",
]
DIGITS = "0123456789"


def own(tmp_path: Path, text: str) -> Templates:
    (tmp_path / "templates").mkdir(exist_ok=True)
    (tmp_path / "templates" / "picture.html").write_text(text, "utf-8")
    return Templates((tmp_path / "templates", default_templates()))


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_runs_and_the_file_is_named(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").write_text("secret", "utf-8")
    with pytest.raises(ProblemsFoundError) as caught:
        own(tmp_path, text).fill("picture.html", name="a name")
    assert not (tmp_path / "owned").exists()
    assert caught.value.problems[0].path.startswith("templates/")
    assert caught.value.problems[0].rule == "template"


@pytest.mark.parametrize("body", ["", "x"])
def test_loops_that_would_not_end_are_ended(body: str, tmp_path: Path) -> None:
    text = "".join(f"[% for a{i} in '{DIGITS}' %]" for i in range(12)) + body + "[% endfor %]" * 12
    began = time.monotonic()
    with pytest.raises(ProblemsFoundError, match=r"does not end|grows beyond"):
        own(tmp_path, text).fill("picture.html")
    assert time.monotonic() - began < 30


def test_a_text_that_swells_is_refused(tmp_path: Path) -> None:
    text = "".join(f"[% for a{i} in '{DIGITS}' %]" for i in range(3)) + "x" * 5000 + "[% endfor %]" * 3
    with pytest.raises(ProblemsFoundError, match="grows beyond"):
        own(tmp_path, text).fill("picture.html")


def test_a_template_that_is_a_pipe_or_leads_out_is_refused(tmp_path: Path) -> None:
    import os

    templates = own(tmp_path, "x")
    (tmp_path / "templates" / "picture.html").unlink()
    os.mkfifo(tmp_path / "templates" / "picture.html")
    with pytest.raises(ProblemsFoundError):
        templates.fill("picture.html")
    (tmp_path / "templates" / "picture.html").unlink()
    (tmp_path / "secret").write_text("secret", "utf-8")
    (tmp_path / "templates" / "picture.html").symlink_to(tmp_path / "secret")
    with pytest.raises(ProblemsFoundError, match="leads out"):
        templates.fill("picture.html")


def test_an_honest_template_of_ones_own_is_filled(tmp_path: Path) -> None:
    text = (
        "[% for item in items %][[ loop.index ]] [[ item.name|upper ]][% if not loop.last %], [% endif %][% endfor %]"
    )
    assert own(tmp_path, text).fill("picture.html", items=[{"name": "a"}, {"name": "<b>"}]) == "1 A, 2 &lt;B&gt;"
