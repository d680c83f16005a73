"""Packages as files: the same bytes twice, nothing left to chance."""

from __future__ import annotations

import io
import json
import re
import shutil
import sqlite3
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from atlas_decks import pipeline
from atlas_decks.cards.ids import Ids
from atlas_decks.cards.kinds import NOTE_TYPES
from atlas_decks.cards.rows import Row
from atlas_decks.cards.selection import Selection
from atlas_decks.cards.templates import Templates
from atlas_decks.compiled.in_order import ScheduledCard, ScheduledNote, StudyOrder
from atlas_decks.curriculum.load import load_plan
from atlas_decks.packages import apkg
from atlas_decks.packages.settings import PackageSettings
from atlas_decks.pipeline import BuildRequest
from atlas_decks.project import Project
from support.builds import NOW, Built, Checked, build, copy_of, session
from support.fixed_ids import fixed_ids, ids_of
from support.sample import ACME, make_sample


def _collection(data: bytes, folder: Path) -> sqlite3.Connection:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extract("collection.anki2", folder)
    return sqlite3.connect(folder / "collection.anki2")


def test_two_clean_builds_are_byte_identical(project: Project, built: Built, tmp_path: Path) -> None:
    own = copy_of(project, tmp_path / "project")
    shutil.rmtree(own.picture_cache)  # drawn again, too
    again = build(own, NOW)
    assert again.packages == built.packages
    assert again.ledger == built.ledger


def test_seven_tiers_all_and_plan(built: Built) -> None:
    names = [name for name in built.packages if re.match(r"atlas-\d-", name)]
    assert len(names) == 7
    assert set(built.packages) == {*names, "atlas-all.apkg", "atlas-plan.apkg"}


def test_members_are_dated_deflated_and_complete(built: Built) -> None:
    with zipfile.ZipFile(io.BytesIO(built.packages["atlas-all.apkg"])) as archive:
        media = json.loads(archive.read("media"))
        assert set(archive.namelist()) == {"collection.anki2", "media", *media}
        for info in archive.infolist():
            assert info.date_time == (2020, 1, 1, 0, 0, 0)
            assert info.compress_type == zipfile.ZIP_DEFLATED
        assert list(media) == [str(index) for index in range(len(set(media.values())))]
        for name in media.values():
            assert re.fullmatch(r"atlas-[a-z0-9-]+-[0-9a-f]{10}\.svg", name)


def test_numbers_that_anki_needs(built: Built, checked: Checked, tmp_path: Path) -> None:
    with _collection(built.packages["atlas-all.apkg"], tmp_path) as db:
        notes = db.execute("SELECT id, guid, mod, mid FROM notes").fetchall()
        cards = db.execute("SELECT nid, ord, due, did FROM cards").fetchall()
        models = json.loads(db.execute("SELECT models FROM col").fetchone()[0])
        decks = json.loads(db.execute("SELECT decks FROM col").fetchone()[0])
        dconf = json.loads(db.execute("SELECT dconf FROM col").fetchone()[0])
    db.close()
    retired = len(built.notes) - len(built.living)
    assert (
        len({row[0] for row in notes})
        == len({row[1] for row in notes})
        == len(notes)
        == len({row[0] for row in cards}) + retired
    )
    assert all(mod == built.ledger[guid].mod <= NOW for _, guid, mod, _ in notes)
    assert all(0 < due < 1_000_000 for _, _, due, _ in cards)
    assert len({row[:2] for row in cards}) == len(cards) == built.cards
    ids = Ids(checked.curriculum.plan.id)
    assert {int(mid) for mid in models} == {ids.note_type(kind) for kind in NOTE_TYPES if kind != "guide"}
    for model in models.values():
        assert all(isinstance(field["id"], int) for field in model["flds"])
        assert all(isinstance(template["id"], int) for template in model["tmpls"])
        assert {"Retired", "Note", "Spare 1", "Spare 4"} <= {field["name"] for field in model["flds"]}
    for deck in decks.values():
        assert str(deck["conf"]) in dconf
    assert len(dconf) == 1 + 5  # Anki's own, one for everything, and one a kind of deck
    assert all("desiredRetention" not in deck for deck in decks.values()), "it would override the presets"


def test_clients_that_believe_req_make_no_card_of_empty_spare_fields(built: Built, tmp_path: Path) -> None:
    """`req` names, of each template, the fields without which there is no card; Anki 2.1.26 goes by it alone."""
    with _collection(built.packages["atlas-all.apkg"], tmp_path) as db:
        models = json.loads(db.execute("SELECT models FROM col").fetchone()[0])
    db.close()
    for model in models.values():
        names = [field["name"] for field in model["flds"]]
        needed = {}
        for (ordinal, rule, fields), template in zip(model["req"], model["tmpls"], strict=True):
            assert ordinal == template["ord"]
            needed[template["name"]] = (rule, [names[index] for index in fields])
        for template, field in (("Spare A", "Spare 1"), ("Spare B", "Spare 2")):
            if template in needed:
                assert needed[template] == ("all", [field])
        (kind,) = (kind for kind in NOTE_TYPES.values() if model["name"].endswith(f" {kind.name}"))
        assert all(needed[card.name] == ("all", [*card.needs]) for card in kind.cards)


def test_ids_are_fixed_for_ever(project: Project) -> None:
    """Changing one of these numbers breaks the decks of everybody who has them."""
    assert ids_of(load_plan(project)[0].id) == fixed_ids()


def test_selection_by_company_category_tier_and_tag(project: Project, checked: Checked) -> None:
    order = StudyOrder(pipeline.survey(session(project)), 16)
    notes = [note for tier in order.tiers for diagram in order.read_tier(tier) for note in diagram.notes]

    def chosen(**options: Any) -> list[ScheduledNote]:
        return [note for note in notes if Selection(**options).takes(note.tags, note.tier, "atlas")]

    assert {note.row.key.split("/")[0] for note in chosen(companies=("stripe",))} == {
        d.id for d in checked.curriculum.diagrams if d.company and d.company.slug == "stripe"
    }
    both = chosen(tiers=(5,), companies=("stripe", "discord"), tags=("card::metric",))
    assert {note.row.kind for note in both} == {"metric"}
    assert {note.tier for note in both} == {5}
    assert {note.tier for note in chosen(tags=("tier::1",))} == {1}


def test_a_position_out_of_range_is_refused(built: Built, project: Project, checked: Checked, tmp_path: Path) -> None:
    plan = checked.curriculum.plan
    settings = PackageSettings(plan, Templates(project.templates), built.ledger, plan.paces[0], {}, "", {})
    file = apkg.Package(tmp_path / "x.apkg", settings)
    guid = next(iter(built.notes))
    row = Row("metric", guid, built.notes[guid].key, (), "", ())
    with pytest.raises(ValueError, match="out of Anki's range"):
        file.add_all([ScheduledNote(row, (), 1, [ScheduledCard(0, "cards", 1_000_000)])])


def test_a_shared_guid_is_refused(project: Project, tmp_path: Path) -> None:
    """No rule of the curriculum may ever let two notes through that Anki would take for one."""
    own = copy_of(project, tmp_path / "project")
    found = pipeline.survey(session(own))
    twins = replace(found, diagrams=(found.diagrams[0], *found.diagrams))
    with pytest.raises(ValueError, match=r"notes share a GUID: .*/redraw/redraw"):
        pipeline.assemble(session(own), twins, BuildRequest(now=NOW), tmp_path, {})


def test_a_build_says_what_it_adds_alters_and_withdraws(tmp_path: Path) -> None:
    sample = make_sample(tmp_path / "project")
    project = Project(sample.root)

    def figures(now: int) -> tuple[int, int, int]:
        report = build(project, now).report
        return report.added, report.altered, len(report.withdrawn)

    whole = sample.read(ACME)
    first = build(project, NOW).report
    assert first.added == first.notes == 24
    assert figures(NOW + 10) == (0, 0, 0)
    sample.edit("It checks the token.", "It checks the signature.", ACME)
    assert figures(NOW + 20) == (0, 1, 0)
    sample.edit("- id: peak", "- id: peaks", ACME)
    assert figures(NOW + 30) == (1, 0, 1)
    sample.write(whole, ACME)
    assert figures(NOW + 40) == (1, 1, 1), "what was withdrawn is back, the other one goes"
