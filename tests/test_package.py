"""Packages as files: the same bytes twice, nothing left to chance."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from atlas_decks import pipeline
from atlas_decks.cards.ids import Ids
from atlas_decks.cards.notetypes import NOTE_TYPES
from atlas_decks.cards.rows import row_of
from atlas_decks.cards.templates import Templates
from atlas_decks.compiled import survey
from atlas_decks.compiled.store import StoredDiagram, as_lines
from atlas_decks.curriculum.load import load_plan
from atlas_decks.diagrams import Cache, EmbeddedRenderer, render_all
from atlas_decks.files.zip_archive import deflate
from atlas_decks.packages import apkg
from atlas_decks.packages.settings import PackageSettings
from atlas_decks.project import Project
from conftest import NOW
from fixed_ids import ids_of


def _collection(data: bytes, folder: Path) -> sqlite3.Connection:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extract("collection.anki2", folder)
    return sqlite3.connect(folder / "collection.anki2")


def test_two_clean_builds_are_byte_identical(
    project: Project, checked: pipeline.Checked, built: pipeline.Built, tmp_path: Path
) -> None:
    sources = {d.id: d.spec.mermaid for d in checked.curriculum.diagrams}
    drawings, errors = render_all(sources, EmbeddedRenderer(), Cache(tmp_path))
    assert not errors
    again = pipeline.build(project, replace(checked, drawings=drawings), NOW, 16, pipeline.Selection())
    assert again.packages == built.packages
    assert again.ledger == built.ledger


def test_seven_tiers_all_and_plan(built: pipeline.Built) -> None:
    names = [name for name in built.packages if re.match(r"atlas-\d-", name)]
    assert len(names) == 7
    assert set(built.packages) == {*names, "atlas-all.apkg", "plan.apkg"}


def test_members_are_dated_deflated_and_complete(built: pipeline.Built) -> None:
    with zipfile.ZipFile(io.BytesIO(built.packages["atlas-all.apkg"])) as archive:
        media = json.loads(archive.read("media"))
        assert set(archive.namelist()) == {"collection.anki2", "media", *media}
        for info in archive.infolist():
            assert info.date_time == (2020, 1, 1, 0, 0, 0)
            assert info.compress_type == zipfile.ZIP_DEFLATED
        assert list(media) == [str(index) for index in range(len(set(media.values())))]
        for name in media.values():
            assert re.fullmatch(r"atlas-[a-z0-9-]+-[0-9a-f]{10}\.svg", name)


def test_numbers_that_anki_needs(built: pipeline.Built, checked: pipeline.Checked, tmp_path: Path) -> None:
    with _collection(built.packages["atlas-all.apkg"], tmp_path) as db:
        notes = db.execute("SELECT id, guid, mod, mid FROM notes").fetchall()
        cards = db.execute("SELECT nid, ord, due, did FROM cards").fetchall()
        models = json.loads(db.execute("SELECT models FROM col").fetchone()[0])
        decks = json.loads(db.execute("SELECT decks FROM col").fetchone()[0])
        dconf = json.loads(db.execute("SELECT dconf FROM col").fetchone()[0])
    db.close()
    retired = sum(p.note.retired for p in built.placed)
    assert len({row[0] for row in notes}) == len({row[1] for row in notes}) == len(notes) == len(cards) + retired
    assert all(mod == built.ledger[guid].mod <= NOW for _, guid, mod, _ in notes)
    assert all(0 < due < 1_000_000 and ordinal == 0 for _, ordinal, due, _ in cards)
    ids = Ids(checked.curriculum.plan.id)
    assert {int(mid) for mid in models} == {ids.note_type(kind) for kind in NOTE_TYPES if kind != "guide"}
    for model in models.values():
        assert all(isinstance(field["id"], int) for field in model["flds"])
        assert all(isinstance(template["id"], int) for template in model["tmpls"])
        assert {"Retired", "Note", "Spare 1", "Spare 4"} <= {field["name"] for field in model["flds"]}
    for deck in decks.values():
        assert str(deck["conf"]) in dconf
    redraw = [preset for preset in dconf.values() if "Redraw" in preset["name"]]
    assert len(redraw) == 7
    assert all(p["new"]["delays"] == [1440, 1440, 4320, 10080, 20160, 43200, 86400] for p in redraw)


def test_clients_that_believe_req_make_no_card_of_empty_spare_fields(built: pipeline.Built, tmp_path: Path) -> None:
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
        assert needed[model["tmpls"][0]["name"]] == ("any", ["Key"])
        assert any(rule == "all" for rule, _ in needed.values())


def test_ids_are_fixed_for_ever(project: Project) -> None:
    """Changing one of these numbers breaks the decks of everybody who has them."""
    assert ids_of(load_plan(project)[0].id) == json.loads((Path(__file__).parent / "fixed_ids.json").read_text("utf-8"))


def test_selection_by_company_category_tier_and_tag(project: Project, checked: pipeline.Checked) -> None:
    placed = pipeline.compile_notes(project, checked, 16)
    stripe = [p for p in placed if pipeline.Selection(companies=("stripe",)).takes(p, "atlas")]
    assert {p.note.diagram for p in stripe} == {
        d.id for d in checked.curriculum.diagrams if d.company and d.company.slug == "stripe"
    }
    both = pipeline.Selection(tiers=(5,), companies=("stripe", "discord"), tags=("card::metric",))
    found = [p.note for p in placed if both.takes(p, "atlas")]
    assert found
    assert {n.kind for n in found} == {"metric"}
    assert {n.tier for n in found} == {5}
    assert not any(pipeline.Selection(tags=("tier::1",)).takes(p, "atlas") for p in placed if p.note.tier != 1)


def test_a_shared_guid_and_a_position_out_of_range_are_refused(
    built: pipeline.Built, project: Project, checked: pipeline.Checked, tmp_path: Path
) -> None:
    pace = checked.curriculum.plan.pace(16)
    assert pace is not None
    settings = PackageSettings(checked.curriculum.plan, Templates(project.templates), built.ledger, pace, {}, "", {})
    file = apkg.Package(tmp_path / "x.apkg", settings)
    with pytest.raises(ValueError, match="out of Anki's range"):
        file.add(row_of(built.placed[0].note), (), 1, 1_000_000)
    twin = replace(checked.curriculum, diagrams=(*checked.curriculum.diagrams[:1], *checked.curriculum.diagrams))
    templates = Templates(project.templates)
    made = [survey.bundle(d, checked.drawings[d.id], twin.plan, templates) for d in twin.diagrams[:3]]
    bundles = [StoredDiagram(m.ref, as_lines(m.heads), m.media, "", (0, 0, 0, 0, 0, 0)) for m in made]
    with pytest.raises(ValueError, match=r"notes share a GUID: .*/redraw/redraw"):
        pipeline.assemble(
            *(project, twin.plan, bundles, lambda _: ([], deflate(b"")), NOW, 16, pipeline.Selection(), tmp_path)
        )
