"""The preview site: the very cards of the packages, on pages that a browser can use."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from atlas_decks import pipeline
from atlas_decks.cards.kinds import KINDS
from atlas_decks.cards.templates import Templates
from atlas_decks.compiled.in_order import StudyOrder
from atlas_decks.preview import make_site, write_site
from atlas_decks.preview.cards import CardMaker, fill
from atlas_decks.project import Project
from support.builds import Built, Checked, session
from support.cardpages import CardPage, card_pages, one_of_each, open_card

# one of each type of page
PAGES = (
    "index",
    "cards",
    "tier-1",
    "sheet-tier-1",
    "category-incidents",
    "company-stripe",
    "diagram-circuit-breaker-states",
)


@pytest.fixture(scope="module")
def site(project: Project, checked: Checked, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("preview") / "site"
    order = StudyOrder(pipeline.survey(session(project)), 16)
    write_site(folder, make_site(checked.curriculum, checked.drawings, order, Templates(project.templates)))
    return folder


@pytest.fixture(scope="module")
def shown_by_anki(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[CardPage]]:
    """The media folder and all cards."""
    folder = tmp_path_factory.mktemp("anki")
    return folder, card_pages(packages / "atlas-all.apkg", folder)


def test_sections_show_what_is_filled_and_what_is_not() -> None:
    template = "{{#A}}a={{A}}{{#B}} b{{/B}}{{^B}} no b{{/B}}{{/A}}{{^A}}no a{{/A}}"
    assert fill(template, {"A": "1", "B": "2"}) == "a=1 b"
    assert fill(template, {"A": "1"}) == "a=1 no b"
    assert fill(template, {"A": " ", "B": "2"}) == "no a"


def _squeezed(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)).strip()


@pytest.mark.anki
def test_cards_are_those_that_the_real_anki_shows(
    project: Project, shown_by_anki: tuple[Path, list[CardPage]], built: Built, checked: Checked
) -> None:
    maker = CardMaker(checked.curriculum.plan, Templates(project.templates))
    order = StudyOrder(pipeline.survey(session(project)), 16)
    cards = {
        (note.row.key, card.name): card
        for tier in order.tiers
        for diagram in order.read_tier(tier)
        for note in diagram.notes
        for card in maker.cards(note, diagram.media)
    }
    seen = set()
    for page in shown_by_anki[1]:
        if page.kind == "guide":
            continue
        side = getattr(cards[page.key, page.template], page.side).replace("media/atlas-", "atlas-")
        assert _squeezed(side) == _squeezed(page.html), page.name
        seen.add((page.key, page.template))
    assert seen == set(cards)
    assert {(key.split("/")[1], name) for key, name in seen} == {
        (k.slug, c.name) for k in KINDS.values() for c in k.cards
    }


# of every element of a card: its size in px, and all computed styles
STYLES = """async root => { await Promise.all([...root.querySelectorAll('.atlas img')].map(i => i.decode()));
 return [...root.querySelectorAll('.atlas, .atlas *')].map(e => {
  const c = getComputedStyle(e), r = e.getBoundingClientRect();
  return [e.tagName + ' ' + e.getAttribute('class'), Math.round(r.width) + ' x ' + Math.round(r.height)]
    .concat([...c].filter(n => !n.startsWith('--') && n !== '-webkit-locale').map(n => n + ': ' + c.getPropertyValue(n))); }); }"""


@pytest.mark.anki
@pytest.mark.browser
@pytest.mark.parametrize("night", [False, True], ids=["light", "night"])
def test_a_card_looks_in_the_preview_as_in_the_style_sheets_of_the_reviewer(
    site: Path, shown_by_anki: tuple[Path, list[CardPage]], browser: Any, night: bool
) -> None:
    """Every computed style of every element of a card of each template, in a window that shrinks pictures."""
    size = {"width": 668, "height": 451}
    real, preview = browser.new_page(viewport=size), browser.new_page(viewport=size)
    preview.add_init_script(f"localStorage.setItem('night', '{int(night)}')")
    folder, cards = shown_by_anki
    for card in one_of_each(cards):
        real.goto("about:blank")
        open_card(real, folder, card, night, phone=False)
        expected = real.evaluate(f"() => ({STYLES})(document)")
        diagram, kind, fact = card.key.split("/")
        ordinal = [c.name for c in KINDS[kind].cards].index(card.template)
        if not preview.url.endswith(f"/diagram-{diagram}.html"):
            preview.goto((site / f"diagram-{diagram}.html").as_uri())
        side = preview.locator(f"#{kind}-{fact}{f'-{ordinal}' if ordinal else ''} [data-side={card.side}]")
        side.evaluate(
            "(e, width) => { e.hidden = false; e.getRootNode().host.style.width = width + 'px'; }",
            real.evaluate("document.documentElement.clientWidth"),
        )
        shown = side.evaluate(STYLES)
        assert [e[0] for e in shown] == [e[0] for e in expected], card.name
        for mine, theirs in zip(shown, expected, strict=True):
            assert [pair for pair in zip(mine, theirs, strict=True) if pair[0] != pair[1]] == [], (card.name, mine[0])
    real.close()
    preview.close()


def test_every_link_and_picture_of_the_site_is_there(site: Path) -> None:
    ids: dict[str, set[str]] = {}
    for page in site.glob("*.html"):
        ids[page.name] = set(re.findall(r' id="([^"]+)"', page.read_text("utf-8")))
    for name in ids:
        for target in re.findall(r'(?:href|src|action)="([^"]+)"', (site / name).read_text("utf-8")):
            if re.match(r"https:|data:", target):
                continue
            file, _, anchor = target.partition("#")
            assert not file or (site / file).is_file(), (name, target)
            assert not anchor or anchor in ids[file or name], (name, target)


def test_a_folder_that_is_no_preview_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious", "utf-8")
    with pytest.raises(FileExistsError, match=r"holds mine\.txt, which is not the preview's"):
        write_site(tmp_path, [("index.html", "x")])
    assert [f.name for f in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_scrolls_sideways_or_reports_an_error(site: Path, browser: Any, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    for name in PAGES:
        page.goto((site / f"{name}.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
    page.close()
    assert errors == []


@pytest.mark.browser
def test_a_card_turns_by_click_and_by_key_and_follows_the_night(site: Path, browser: Any) -> None:
    page = browser.new_page()
    page.goto((site / "diagram-circuit-breaker-states.html").as_uri())
    card = page.locator(".flip").first
    front, back = card.locator("[data-side=front]"), card.locator("[data-side=back]")
    assert (front.is_visible(), back.is_visible()) == (True, False)
    card.locator(".turn").click()
    assert (front.is_visible(), back.is_visible()) == (False, True)
    card.focus()
    page.keyboard.press("Space")
    assert (front.is_visible(), back.is_visible()) == (True, False)
    light = front.evaluate("e => getComputedStyle(e).backgroundColor")
    page.keyboard.press("n")
    assert front.evaluate("e => getComputedStyle(e).backgroundColor") != light
    page.close()


@pytest.mark.browser
def test_phone_width_and_the_keys_that_walk_through_the_cards(site: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto((site / "diagram-circuit-breaker-states.html").as_uri())
    page.locator("#phone").click()
    assert {card.evaluate("e => e.offsetWidth") for card in page.locator(".flip").all()} == {390}
    focused = "document.activeElement.id"
    walked = []
    for key in "jjk":
        page.keyboard.press(key)
        walked.append(page.evaluate(focused))
    names = [card.get_attribute("id") for card in page.locator(".flip").all()]
    assert walked == [names[0], names[1], names[0]]
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    page.close()


@pytest.mark.browser
def test_search_and_filters(site: Path, browser: Any, checked: Checked, built: Built) -> None:
    page = browser.new_page()
    page.goto((site / "cards.html").as_uri() + "?category=architecture&company=stripe&kind=metric")
    specs = [d.spec for d in checked.curriculum.diagrams if d.company and d.company.slug == "stripe"]
    wanted = {m.prompt for spec in specs for m in spec.metrics}
    assert set(page.locator("#found a").all_inner_texts()) == wanted
    for name in ("category", "company", "kind"):
        page.select_option(f"select[name={name}]", "")

    diagrams = checked.curriculum.diagrams
    for name, value, found in (
        ("tier", "2", [d for d in diagrams if d.category.tier == 2]),
        ("category", "incidents", [d for d in diagrams if d.category.slug == "incidents"]),
        ("company", "discord", [d for d in diagrams if d.company and d.company.slug == "discord"]),
        ("day", "wed", [d for d in diagrams if d.category.day == "wed"]),
    ):
        page.select_option(f"select[name={name}]", value)
        ids = {d.id for d in found}
        cards = sum(len(note.cards) for note in built.living if note.key.split("/")[0] in ids)
        assert page.locator("#count").inner_text().startswith(f"{cards:,} of "), name
        page.select_option(f"select[name={name}]", "")

    page.fill(".filters input[name=q]", "no such words anywhere")
    assert page.locator("#found li").count() == 0
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("night", [False, True], ids=["light", "night"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_fault(site: Path, browser: Any, name: str, night: bool) -> None:
    """The rules of https://github.com/dequelabs/axe-core, on the page as it comes and with everything opened."""
    page = browser.new_page(color_scheme="dark" if night else "light")
    page.goto((site / f"{name}.html").as_uri())
    assert page.evaluate("document.documentElement.classList.contains('night')") == night
    for opened in (False, True):
        if opened:
            page.keyboard.press("a")  # turns the cards
            page.evaluate(
                """() => { const hosts = [...document.querySelectorAll('.face')].map(f => f.shadowRoot);
                  for (const root of [document, ...hosts]) for (const d of root.querySelectorAll('details')) d.open = true; }"""
            )
        found = Axe().run(page).response
        faults = [(v["id"], v["impact"], [n["html"][:90] for n in v["nodes"]][:3]) for v in found["violations"]]
        assert len(found["passes"]) > 5, "axe looked at something"
        assert faults == [], (name, opened)
    page.close()
