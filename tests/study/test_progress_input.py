"""What is no collection of ours is refused with a sentence; nothing is written beside it, nor left behind."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import zstandard

from atlas_decks.cli import run
from atlas_decks.learner import reading
from atlas_decks.project import Project
from support.builds import NOW, build
from support.life import export
from support.sample import make_sample
from support.study import Learner, collection_with

pytestmark = pytest.mark.anki


class Place:
    """A project, collections of its learner, and a folder of temporary files that must be empty after each command."""

    def __init__(self, root: Path) -> None:
        self.project, self.samples, self.temporary = root / "project", root / "samples", root / "temporary"
        make_sample(self.project)
        self.samples.mkdir()
        self.temporary.mkdir()
        with collection_with(build(Project(self.project), NOW).whole) as col:
            Learner(col).study("Sample")
            for name in ("new.colpkg", "legacy.colpkg", "new.apkg", "legacy.apkg"):
                export(col, self.samples / name, legacy=name.startswith("legacy"))
            col.close()
            shutil.copy(col.path, self.samples / "collection.anki2")
            col.reopen()
            Learner(col).sleep()
            self.open = self.samples / "open"
            self.open.mkdir()
            for ending in ("", "-wal"):
                shutil.copy(col.path + ending, self.open / f"collection.anki2{ending}")

    def run(self, file: Path, *more: str) -> int:
        """Run the command on a file; its folder must be the same before and after."""
        before = state(file.parent)
        code = run(["--project", str(self.project), "progress", str(file), *more])
        assert state(file.parent) == before, "the folder of the collection was changed"
        left = list(self.temporary.iterdir())
        said = "\n".join(file.read_text("utf-8") for file in left if file.suffix == ".log")  # of a bug
        for file in left:
            file.unlink()
        assert left == [], f"something was left behind: {said}"
        return code


def state(folder: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """Everything in a folder: modes, times, sizes, and what the beginnings and ends of files hold."""
    found = {}
    for file in sorted(folder.rglob("*")):
        status = file.lstat()
        content = b""
        if file.is_file():
            with file.open("rb") as opened:
                content = opened.read(1 << 20)
        found[str(file.relative_to(folder))] = (status.st_mode, status.st_mtime_ns, status.st_size, content)
    return found


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("input"))


@pytest.fixture
def place(prepared: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(tempfile, "tempdir", str(prepared.temporary))
    return prepared


GOOD = ["new.colpkg", "legacy.colpkg", "new.apkg", "legacy.apkg", "collection.anki2", "open/collection.anki2"]


@pytest.mark.parametrize("name", GOOD)
def test_every_form_of_a_collection_is_read(name: str, place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert place.run(place.samples / name) == 0
    said = capsys.readouterr().out
    assert "3 written, 3 imported, 2 introduced" in said


def test_the_name_does_not_matter(place: Place, tmp_path: Path) -> None:
    shutil.copy(place.samples / "new.colpkg", tmp_path / "backup.zip")
    assert place.run(tmp_path / "backup.zip") == 0


Spoil = Callable[[Place, Path], Path]
SPOILT: dict[str, tuple[Spoil, str]] = {}


def spoilt(said: str) -> Callable[[Spoil], Spoil]:
    """Registers a way to spoil a collection, and what is said of it."""

    def register(spoil: Spoil) -> Spoil:
        SPOILT[spoil.__name__] = (spoil, said)
        return spoil

    return register


def sql(place: Place, folder: Path, *statements: str) -> Path:
    """A collection that was changed; its names need Anki's own order."""
    file = folder / "collection.anki2"
    shutil.copy(place.samples / "collection.anki2", file)
    with sqlite3.connect(file) as connection:
        connection.create_collation("unicase", lambda a, b: (a.lower() > b.lower()) - (a.lower() < b.lower()))
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return file


def repacked(
    place: Place, folder: Path, change: Callable[[str, bytes], bytes | None], name: str = "new.colpkg"
) -> Path:
    """A package of which each member went through `change`; None leaves it out."""
    file = folder / name
    with zipfile.ZipFile(place.samples / name) as old, zipfile.ZipFile(file, "w") as new:
        for info in old.infolist():
            if (content := change(info.filename, old.read(info))) is not None:
                new.writestr(info.filename, content)
    return file


@spoilt("is empty")
def empty_file(place: Place, folder: Path) -> Path:
    (folder / "a.colpkg").write_bytes(b"")
    return folder / "a.colpkg"


@spoilt("is neither a collection nor a package")
def text_file(place: Place, folder: Path) -> Path:
    (folder / "a.colpkg").write_text("no collection at all, but some text that is long enough")
    return folder / "a.colpkg"


@spoilt("is a package without a collection")
def other_zip(place: Place, folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("a.txt", "hello")
    return folder / "a.zip"


@spoilt("is a package of version 9, newer than this program knows")
def newer_package(place: Place, folder: Path) -> Path:
    return repacked(place, folder, lambda name, content: b"\x08\x09" if name == "meta" else content)


@spoilt("does not state its version")
def odd_meta(place: Place, folder: Path) -> Path:
    return repacked(place, folder, lambda name, content: b"hello" if name == "meta" else content)


@spoilt("holds no notes at all")
def decoy_alone(place: Place, folder: Path) -> Path:
    """A collection with nothing in it, as a new profile is."""
    return sql(place, folder, "DELETE FROM cards", "DELETE FROM notes")


@spoilt("none of them ours")
def foreign(place: Place, folder: Path) -> Path:
    return sql(place, folder, "UPDATE notes SET mid = 1", "UPDATE fields SET name = 'F' || ord")


@spoilt("holds notes of another project of atlas-decks")
def another_project(place: Place, folder: Path) -> Path:
    return sql(place, folder, "UPDATE notes SET mid = mid + 9999", "UPDATE fields SET ntid = ntid + 9999")


@spoilt("is of a newer Anki: its tables are of version 19")
def newer_schema(place: Place, folder: Path) -> Path:
    return sql(place, folder, "UPDATE col SET ver = 19")


@spoilt("is of an Anki before 2.1")
def older_schema(place: Place, folder: Path) -> Path:
    return sql(place, folder, "UPDATE col SET ver = 9")


@spoilt("cannot be read")
def a_view(place: Place, folder: Path) -> Path:
    return sql(place, folder, "ALTER TABLE revlog RENAME TO r", "CREATE VIEW revlog AS SELECT * FROM r")


@spoilt("cannot be read")
def odd_settings(place: Place, folder: Path) -> Path:
    return sql(place, folder, "UPDATE config SET val = 'no json' WHERE KEY = 'rollover'")


@spoilt("cannot be read")
def odd_creation(place: Place, folder: Path) -> Path:
    return sql(place, folder, "UPDATE col SET crt = 99999999999999")


@spoilt("cannot be read")
def no_creation(place: Place, folder: Path) -> Path:
    return sql(place, folder, "DELETE FROM col")


@spoilt("cannot be read")
def odd_notes(place: Place, folder: Path) -> Path:
    return sql(place, folder, "UPDATE notes SET flds = x'00ff00'")


@spoilt("1,073,741,824 bytes; at most")
def gigabyte(place: Place, folder: Path) -> Path:
    file = folder / "collection.anki2"
    shutil.copy(place.samples / "collection.anki2", file)
    os.truncate(file, 1 << 30)
    return file


@spoilt("cannot be read")
def torn_package(place: Place, folder: Path) -> Path:
    content = (place.samples / "new.colpkg").read_bytes()
    (folder / "a.colpkg").write_bytes(content[: len(content) // 2])
    return folder / "a.colpkg"


@spoilt("cannot be read")
def torn_member(place: Place, folder: Path) -> Path:
    return repacked(
        place, folder, lambda name, content: content[: len(content) // 2] if name.endswith("b") else content
    )


@spoilt("cannot be read")
def unpacked_member(place: Place, folder: Path) -> Path:
    return repacked(place, folder, lambda name, content: b"SQLite" * 99 if name.endswith("b") else content)


@pytest.mark.parametrize("name", SPOILT)
def test_bad_input_is_told(name: str, place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil, said = SPOILT[name]
    file = spoil(place, tmp_path)
    capsys.readouterr()
    assert place.run(file, "-o", str(place.project / "out.txt")) == 1
    told = capsys.readouterr().err
    assert f"{file}: collection: " in told
    assert said in told
    assert "hint: " in told
    assert len(told.splitlines()) == 2
    assert not (place.project / "out.txt").exists()


BIG = 2**62
ODD = [
    *(
        f"UPDATE cards SET {name} = {value}"
        for name in ("due", "ivl", "type", "queue", "ord", "odue")
        for value in ("'x'", "NULL", BIG, -BIG, 1.5, "9e999", "x'00'")
    ),
    *(
        f"UPDATE cards SET data = '{data}'"
        for data in (
            *('{"s":"x"}', '{"s":1e-320,"decay":0.1}', '{"s":1e308,"decay":9e9}', '{"s":NaN}', '{"s":1,"decay":1e-12}'),
            *('{"s":-1}', '{"s":5,"lrt":1e300}', '{"s":5,"lrt":-99999999999999999999}', '["s"]', '{"s":'),
            *('{"s":true,"lrt":false}', '{"s":Infinity}', '{"s":1,"decay":Infinity}'),
        )
    ),
    *(
        f"UPDATE revlog SET {name} = {value}"
        for name in ("ease", "ivl", "lastIvl", "factor", "time", "type")
        for value in ("'x'", "NULL", BIG, -BIG, 1.5, "9e999", "x'00'")
    ),
    *(f"UPDATE revlog SET id = id - {days} * 86400000" for days in (1, 9999, 30000)),
    "UPDATE revlog SET id = id + 9999 * 86400000",
    *(f"UPDATE col SET crt = {value}" for value in (0, 1, 3999999999)),
    *(
        f"UPDATE config SET val = '{value}' WHERE KEY = 'rollover'"
        for value in ("99", "-1", "null", '"x"', "[]", "true")
    ),
    *(f"UPDATE config SET val = '{value}' WHERE KEY = 'creationOffset'" for value in ("1439", "99999", "1.5", "null")),
    *(f"UPDATE notes SET tags = {value}" for value in ("5", "x'ff'", "''")),
    "UPDATE notes SET mod = 'x'",
    "UPDATE fields SET name = 'Other' WHERE name = 'Key'",
    "DELETE FROM fields",
    "DELETE FROM cards",
    "DELETE FROM revlog",
]


@pytest.mark.parametrize("statement", ODD)
def test_odd_values_are_borne_or_told(
    statement: str, place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever stands in a table, there is a report or a sentence; never a bug."""
    file = tmp_path / "collection.anki2"
    shutil.copy(place.samples / "collection.anki2", file)
    with closing(sqlite3.connect(file)) as connection:
        connection.create_collation("unicase", lambda a, b: (a.lower() > b.lower()) - (a.lower() < b.lower()))
        for name in ("cards", "revlog"):  # without the constraints of Anki
            connection.executescript(
                f"CREATE TABLE x{name} AS SELECT * FROM {name}; DROP TABLE {name}; ALTER TABLE x{name} RENAME TO {name};"
            )
        connection.execute(statement)
        connection.commit()
    for style in ("json", "html"):
        capsys.readouterr()
        code = place.run(file, "--format", style, "-o", str(place.project / f"out.{style}"))
        said = capsys.readouterr().err
        assert code in (0, 1), said
        assert "bug" not in said
        if code == 0 and style == "json":
            json.loads((place.project / "out.json").read_text("utf-8"), parse_constant=lambda text: pytest.fail(text))


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_a_truncated_collection_is_told(
    share: float, place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "collection.anki2"
    content = (place.samples / "collection.anki2").read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    assert place.run(file) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_a_bomb_ends_at_the_limit(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 10_000_000)
    packer = zstandard.ZstdCompressor()
    for bomb in (packer.compress(bytes(40_000_000)), packer.compress(bytes(9_000_000)) * 2):
        file = repacked(place, tmp_path, lambda name, content, bomb=bomb: bomb if name.endswith("b") else content)  # type: ignore[misc]
        assert place.run(file) == 1
        assert "more than 10,000,000 bytes" in capsys.readouterr().err


def test_a_locked_file_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As on Windows, where a program may keep others from reading."""
    opens = Path.open

    def locked(self: Path, *arguments: Any, **more: Any) -> Any:
        if self.name == "collection.anki2" and self.parent == place.samples:
            raise PermissionError(13, "Permission denied", str(self))
        return opens(self, *arguments, **more)

    monkeypatch.setattr(Path, "open", locked)
    assert run(["--project", str(place.project), "progress", str(place.samples / "collection.anki2")]) == 1
    assert "close Anki, or export a .colpkg" in capsys.readouterr().err


def test_a_file_that_changes_while_it_is_copied_is_told(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from atlas_decks.learner.collection import opening

    file = tmp_path / "collection.anki2"
    shutil.copy(place.samples / "collection.anki2", file)
    copies = 0

    def copy(source: Any, target: Any) -> None:
        nonlocal copies
        copies += 1
        target.write(source.read())
        if copies <= busy:
            os.utime(file, ns=(copies, copies))

    monkeypatch.setattr(opening, "copy_within", copy)
    busy = 99
    assert run(["--project", str(place.project), "progress", str(file)]) == 1
    assert "Anki is writing into it" in capsys.readouterr().err
    copies, busy = 0, 1
    assert run(["--project", str(place.project), "progress", str(file)]) == 0


def test_a_pipe_is_not_waited_for(place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert run(["--project", str(place.project), "progress", str(tmp_path / "pipe")]) == 1
    assert "is no file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--as-of", "yesterday"], "yesterday"),
        (["--start", "2027-02-30"], "2027-02-30"),
        (["--weeks", "17"], "17"),
        (["--format", "pdf"], "pdf"),
    ],
)
def test_wrong_usage_is_told(arguments: list[str], said: str, place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert place.run(place.samples / "new.colpkg", *arguments) == 2
    assert said in capsys.readouterr().err


def test_copies_and_notes_without_a_key_are_told(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copied = "UPDATE notes SET guid = 'another' WHERE id = (SELECT min(id) FROM notes)"
    keyless = "UPDATE notes SET flds = x'1f' || flds WHERE id = (SELECT max(id) FROM notes)"
    assert place.run(sql(place, tmp_path, copied, keyless.replace("x'1f' || flds", "char(31) || flds"))) == 0
    said = capsys.readouterr().out
    assert "Note: Left out: 1 that are copies of our notes." in said
    assert "Note: Left out: 1 of our note types whose Key does not say" in said
