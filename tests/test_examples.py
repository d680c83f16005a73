"""Curricula in three scripts, as their authors would write them: built, and studied beside Atlas on a phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.curriculum.book_words import BookWords
from atlas_decks.curriculum.load import load_plan
from atlas_decks.curriculum.site_words import SiteWords
from atlas_decks.curriculum.words import Words
from atlas_decks.learner.real_anki import import_package, temporary_collection
from atlas_decks.project import Project
from support.builds import NOW, Built, build, check, copy_of
from support.cardpages import CONTRAST, WIDE, card_pages, one_of_each, open_all

EXAMPLES = Path(__file__).parent / "examples"
LANGUAGES = ("ar", "de", "zh")
# texts that reach out of the node around their middle; nodes are left, top, right, bottom in px
OUTSIDE = """nodes => { const all = [...document.querySelectorAll('svg text')].map(t => [t, t.getBoundingClientRect()]);
  const within = nodes.map(n => all.filter(([t, r]) => { const x = (r.left + r.right) / 2, y = (r.top + r.bottom) / 2;
    return n[0] < x && x < n[2] && n[1] < y && y < n[3]; }));
  return nodes.flatMap((n, i) => within[i].length === 0 ? ['a node without text'] : within[i]
    .filter(([t, r]) => r.left < n[0] || r.right > n[2]).map(([t]) => t.textContent)); }"""
# lines of text by the side on which they begin
SIDES = """() => { const sides = {left: [], right: []};
  for (const e of document.querySelectorAll('main .prompt, main .answer, main .sentence, main .label, main .box li')) {
    const range = document.createRange(); range.selectNodeContents(e);
    const rects = [...range.getClientRects()], line = rects.filter(r => Math.abs(r.bottom - rects[0].bottom) < 8);
    const left = Math.min(...line.map(r => r.left)), right = Math.max(...line.map(r => r.right));
    const box = e.getBoundingClientRect();
    if (rects.length && right - left < box.width - 20) sides[left - box.left < box.right - right ? 'left' : 'right'].push(e.textContent); }
  return sides; }"""


@dataclass(frozen=True)
class Example:
    project: Project
    built: Built


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Example]:
    made = {}
    for language in LANGUAGES:
        project = copy_of(Project(EXAMPLES / language), tmp_path_factory.mktemp("example") / language)
        made[language] = Example(project, build(project, NOW))
    return made


@pytest.fixture
def phone(browser: Any) -> Any:
    page = browser.new_page(viewport={"width": 390, "height": 700})
    yield page
    page.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_found_wrong_without_any_exception(language: str, examples: Mapping[str, Example]) -> None:
    checked = check(examples[language].project)
    assert checked.problems == ()
    assert not any(diagram.spec.exceptions for diagram in checked.curriculum.diagrams)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fixed_word_is_translated(language: str, examples: Mapping[str, Example]) -> None:
    plan, _ = load_plan(examples[language].project)
    for words, english in ((plan.words, Words()), (plan.words.book, BookWords()), (plan.words.site, SiteWords())):
        assert words.model_fields_set == set(type(english).model_fields)
        same = {name for name in words.model_fields_set if getattr(words, name) == getattr(english, name)}
        assert same <= {"alt_hidden", "alt_said", "listed", "hook"}  # the same signs


@pytest.mark.anki
def test_all_of_them_live_beside_atlas_in_one_collection(built: Built, examples: Mapping[str, Example]) -> None:
    everything = [built, *(example.built for example in examples.values())]
    with temporary_collection() as col:
        for one in everything:
            import_package(col, one.whole)
        assert col.note_count() == sum(len(one.notes) for one in everything)
        assert col.card_count() == sum(one.cards for one in everything)
        state = col.db.all("SELECT id, mid, mod, flds FROM notes ORDER BY id")
        for one in everything:  # once more: nothing is anybody else's update
            import_package(col, one.whole)
        assert col.db.all("SELECT id, mid, mod, flds FROM notes ORDER BY id") == state
        for example in examples.values():
            plan, _ = load_plan(example.project)
            found = col.find_cards(f'deck:"{plan.deck}"')
            assert len(found) == example.built.cards
            for number in found:
                card = col.get_card(number)
                for side in (card.question(), card.answer()):
                    assert f'lang="{plan.rules.language}"' in side


@pytest.mark.anki
def test_a_new_project_speaks_of_itself_alone(starter: Project) -> None:
    """Its cards fit its own plan and name no other curriculum, and neither do its packages."""
    new = build(starter, NOW)
    assert sorted(new.packages) == ["mine-1-basics.apkg", "mine-all.apkg", "mine-plan.apkg"]
    plan, _ = load_plan(starter)
    (redraw,) = (note for note in new.living if "/redraw" in note.key)
    assert redraw.fields["Grading"].startswith(f"{len(plan.self_assessment)} points. ")
    with temporary_collection() as col:
        import_package(col, new.whole)
        ours = [col.models.get(number)["name"] for number in col.db.list("SELECT DISTINCT mid FROM notes")]
        assert ours
        assert [name for name in ours if "Atlas" in name] == []
        for number in col.find_cards(""):
            card = col.get_card(number)
            assert "atlas-decks" not in card.question() + card.answer()


@pytest.mark.anki
@pytest.mark.browser
@pytest.mark.parametrize("night", [False, True], ids=["light", "night"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_cards_on_a_phone(
    language: str, night: bool, examples: Mapping[str, Example], phone: Any, tmp_path: Path
) -> None:
    cards = one_of_each(card_pages(examples[language].built.whole, tmp_path))
    open_all(phone, tmp_path, cards, night=night, phone=True)
    assert phone.locator("main > *").count() == len(cards)
    assert phone.evaluate(WIDE) == []
    assert phone.evaluate(CONTRAST) == []
    english = {
        text for text in Words().model_dump(exclude={"book", "site"}).values() if len(text) > 3 and "{" not in text
    }
    assert [(card.name, text) for card in cards for text in english if f">{text}<" in card.html] == []
    sides = phone.evaluate(SIDES)
    begin, other = ("right", "left") if language == "ar" else ("left", "right")
    assert len(sides[begin]) > 20
    assert sides[other] == []


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_fit_into_their_nodes_in_the_font_of_the_device(
    language: str, examples: Mapping[str, Example], browser: Any, tmp_path: Path
) -> None:
    page = browser.new_page(viewport={"width": 800, "height": 900})
    try:
        for name, picture in check(examples[language].project).drawings.items():
            (tmp_path / f"{name}.html").write_text(f"<body style='margin:0'>{picture.svg}", "utf-8")
            page.goto((tmp_path / f"{name}.html").as_uri())
            page.evaluate("document.fonts.ready")
            size = (picture.width, picture.height)
            nodes = [
                [b.x * size[0], b.y * size[1], (b.x + b.width) * size[0], (b.y + b.height) * size[1]]
                for boxes in picture.nodes.values()
                for b in boxes
            ]
            assert len(nodes) >= 6
            assert page.evaluate(OUTSIDE, nodes) == []
    finally:
        page.close()
