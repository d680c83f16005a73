"""The book: everything that the cards ask, in the open, in the order of the plan, on pages that can be read anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lxml.html
import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe

from atlas_decks.cards.kinds import KINDS, texts_of
from atlas_decks.cards.markup import on_page
from atlas_decks.cli import run
from atlas_decks.curriculum.models import Diagram
from atlas_decks.learner.real_anki import import_package, temporary_collection
from atlas_decks.project import Project
from atlas_decks.schedule.order import slots
from atlas_decks.study.book_pages import article_page, day_page, week_page
from atlas_decks.study.timetable import Timetable
from support.builds import Built, Checked, copy_of
from support.paper import PAPERS, print_page
from support.sample import ACME, QUEUES, make_sample

# one of each type of page
PAGES = (
    "book",
    "book-contents",
    "book-companies",
    "book-decisions",
    "book-numbers",
    "book-search",
    "book-16-week-04",
    "book-16-day-001",
    "book-32-day-048",
    "read-circuit-breaker-states",
    "read-stripe-request-flow",
)


@dataclass(frozen=True)
class Book:
    folder: Path

    def address(self, page: str) -> str:
        return (self.folder / f"{page.removesuffix('.html')}.html").as_uri()

    def page(self, name: str) -> Any:
        return lxml.html.fromstring((self.folder / name).read_text("utf-8"))

    def links(self, name: str, where: str) -> list[str]:
        """The articles that a part of a page links to, each once, in order."""
        found = (link.get("href").partition("#")[0] for link in self.page(name).cssselect(f"{where} a[href^=read-]"))
        return list(dict.fromkeys(found))


@pytest.fixture(scope="module")
def book(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Book:
    folder = tmp_path_factory.mktemp("book") / "site"
    assert run(["--project", str(project.root), "-q", "preview", "-o", str(folder)]) == 0
    return Book(folder)


@pytest.fixture(scope="module")
def in_order(checked: Checked) -> list[Diagram]:
    of_slot = slots(checked.curriculum)
    return sorted(checked.curriculum.diagrams, key=lambda diagram: of_slot[diagram.id])


def squeezed(text: str) -> str:
    return " ".join(text.split())


def shown(markup: str) -> str:
    """The text of a piece of HTML, as a reader gets it."""
    return squeezed(lxml.html.fromstring(f"<div>{markup}</div>").text_content())


def facts_of(page: Any, name: str) -> list[Any]:
    """The facts of an article with that id: one."""
    return [fact for fact in page.cssselect(".fact") if fact.get("id") == name]


# --- articles ---------------------------------------------------------------------------------------------------------


def test_an_article_tells_every_text_of_every_fact(book: Book, in_order: list[Diagram]) -> None:
    seen = set()
    for diagram in in_order:
        page = book.page(article_page(diagram.id))
        assert shown(str(on_page(diagram.spec.shows))) in squeezed(page.cssselect(".lead")[0].text_content())
        for ref in diagram.facts():
            (fact,) = facts_of(page, f"{ref.kind}-{ref.fact.key}")
            told = squeezed(fact.text_content())
            for text in texts_of(ref):
                if text.name != "path":
                    assert shown(str(on_page(text.text))) in told, (diagram.id, text)
            seen.add(ref.kind)
    assert seen == {kind.slug for kind in KINDS.values() if kind.fact}


def test_a_number_has_its_year_its_basis_and_its_source(book: Book, in_order: list[Diagram], checked: Checked) -> None:
    words = checked.curriculum.plan.words
    for diagram in in_order:
        page = book.page(article_page(diagram.id))
        for metric in diagram.spec.metrics:
            (basis,) = page.cssselect(f"#metric-{metric.id} .basis")
            source = diagram.sources[metric.source]
            told = squeezed(basis.text_content())
            year = "" if metric.basis == "worked" else f"{metric.as_of} · "  # invented numbers are of no year
            assert f"{year}{getattr(words, metric.basis)} · {squeezed(source.title)}" in told
            assert str(metric.as_of) in told.partition(getattr(words, metric.basis))[0] or not year
            assert basis.cssselect("a")[0].get("href") in (source.url, "#source-1")


def test_every_fact_refers_to_its_source_in_the_list(book: Book, in_order: list[Diagram]) -> None:
    for diagram in in_order:
        page = book.page(article_page(diagram.id))
        listed = {item.get("id"): squeezed(item.text_content()) for item in page.cssselect(".sources li")}
        assert len(listed) == len({diagram.main_source, *(f.source for *_, f in diagram.facts() if f.source)})
        for ref in diagram.facts():
            (fact,) = facts_of(page, f"{ref.kind}-{ref.fact.key}")
            (mark,) = fact.cssselect(".ref")
            source = diagram.sources[ref.fact.source or diagram.main_source]
            assert listed[mark.get("href")[1:]].startswith(squeezed(source.title))


def test_articles_follow_each_other_in_the_order_of_the_plan(book: Book, in_order: list[Diagram]) -> None:
    walked, name = [], article_page(in_order[0].id)
    while name:
        walked.append(name)
        name = next((link.get("href") for link in book.page(name).cssselect(".around [rel=next]")), "")
    assert walked == [article_page(diagram.id) for diagram in in_order]


def test_neighbours_are_those_of_group_and_company(book: Book, in_order: list[Diagram]) -> None:
    stripe = next(d for d in in_order if d.id == "stripe-request-flow")
    found = set(book.links(article_page(stripe.id), ".neighbours"))
    alike = [
        d
        for d in in_order
        if d is not stripe
        and ((d.category, d.spec.group) == (stripe.category, stripe.spec.group) or d.company == stripe.company)
    ]
    assert found == {article_page(d.id) for d in alike}
    assert len(found) == 9, "two others of the facet, seven more of the company"


def test_what_is_easily_confused_stands_on_both_sides(book: Book) -> None:
    for one, other in (
        ("service-mesh-sidecar", "api-gateway-edge"),
        ("circuit-breaker-states", "bulkhead-thread-pool"),
    ):
        assert article_page(other) in book.links(article_page(one), ".confused")
        assert article_page(one) in book.links(article_page(other), ".confused")
    (named,) = book.page("read-api-gateway-edge.html").cssselect(".of-decision .pairs a")
    assert (named.text, named.get("href")) == ("Service mesh", "read-service-mesh-sidecar.html")


def test_cards_and_article_lead_to_each_other(book: Book, in_order: list[Diagram]) -> None:
    for diagram in in_order:
        cards = f"diagram-{diagram.id}.html"
        assert cards in [link.get("href") for link in book.page(article_page(diagram.id)).cssselect(".side a")]
        assert article_page(diagram.id) in [link.get("href") for link in book.page(cards).cssselect("main a")]


# --- days and weeks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weeks", [16, 32])
def test_days_and_weeks_bring_what_the_timetable_says(
    book: Book, checked: Checked, in_order: list[Diagram], weeks: int
) -> None:
    plan = checked.curriculum.plan
    pace = plan.pace(weeks)
    assert pace
    table, of_slot = Timetable(plan, pace), slots(checked.curriculum)
    met = []
    for day in table.days:
        brought = [article_page(d.id) for d in in_order if table.brings(of_slot[d.id]) is day]
        assert book.links(day_page(weeks, day.number), ".entries") == brought
        assert set(brought) <= set(book.links(week_page(weeks, day.week), "main"))
        met += brought
        for name in brought[:1]:
            pages = {link.get("href") for link in book.page(name).cssselect(".side a")}
            assert {day_page(weeks, day.number), week_page(weeks, day.week)} <= pages
        for point in day.checkpoints:
            said = squeezed(book.page(day_page(weeks, day.number)).cssselect(".exam-box")[0].text_content())
            assert point.title in said
            assert all(task.text in said for task in point.tasks)
    assert met == [article_page(diagram.id) for diagram in in_order]


def test_plan_day_leads_into_the_book(
    book: Book, project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for day, weeks in (("1", "16"), ("18", "32"), ("24", "16")):
        at = ["--project", str(project.root), "plan", "--day", day, "--weeks", weeks]
        assert run([*at, "--format", "json"]) == 0
        data = json.loads(capsys.readouterr().out)
        for page in [data["page"], *(diagram["page"] for diagram in data["diagrams"])]:
            assert (book.folder / Path(page).name).is_file()
        assert run(at) == 0
        said = capsys.readouterr().out
        assert data["page"] in said
        assert all(diagram["page"] in said for diagram in data["diagrams"])


# --- overviews --------------------------------------------------------------------------------------------------------


def test_the_contents_have_every_article_in_its_group(book: Book, in_order: list[Diagram]) -> None:
    assert sorted(book.links("book-contents.html", "main")) == sorted(article_page(d.id) for d in in_order)
    for part in book.page("book-contents.html").cssselect(".toc div"):
        for link in part.cssselect("a"):
            diagram = next(d for d in in_order if article_page(d.id) == link.get("href"))
            assert diagram.group
            assert diagram.group.title == part.cssselect("dt")[0].text


def test_companies_stand_beside_their_facets(book: Book, in_order: list[Diagram]) -> None:
    table = book.page("book-companies.html").cssselect("table.matrix")[0]
    heads = [squeezed(head.text_content()) for head in table.cssselect("thead th")]
    found = set()
    for row in table.cssselect("tbody tr:not(.wave)"):
        for head, cell in zip(heads[1:], row.cssselect("td"), strict=True):
            assert cell.get("data-of") == head, "what a narrow window shows in place of the head"
            found |= {(row.cssselect("th")[0].text, head, link.get("href")) for link in cell.cssselect("a")}
    expected = {
        (d.company.name, d.group.title if d.category.facets_of and d.group else "More", article_page(d.id))
        for d in in_order
        if d.company
    }
    assert found == expected


def test_every_decision_and_every_core_number_has_its_line(book: Book, in_order: list[Diagram]) -> None:
    decisions = {(article_page(d.id), f.answer, f.wrong) for d in in_order for f in d.spec.decisions}
    lines = book.page("book-decisions.html").cssselect(".lines tbody tr")
    cells = [[squeezed(cell.text_content()) for cell in line] for line in lines]
    links = [line.cssselect("a")[0].get("href").partition("#")[0] for line in lines]
    assert {(link, answer, wrong) for link, (_, answer, wrong, _) in zip(links, cells, strict=True)} == decisions

    numbers = {
        f"{article_page(d.id)}#metric-{f.id}" for d in in_order for f in d.spec.metrics[:2] if f.basis != "worked"
    }
    found = [line.cssselect("a")[0].get("href") for line in book.page("book-numbers.html").cssselect("tbody tr")]
    assert len(found) == len(numbers) > 200
    assert set(found) == numbers


@pytest.mark.anki
def test_what_is_pasted_into_anki_finds_these_cards_and_no_others(
    book: Book, built: Built, packages: Path, in_order: list[Diagram]
) -> None:
    with temporary_collection() as col:
        import_package(col, packages / "atlas-all.apkg")

        def found(page: str) -> set[str]:
            """The notes whose cards the page's search finds: all cards of each; what was withdrawn has none."""
            search = squeezed(book.page(page).cssselect(".paste code")[0].text_content())
            cards = col.find_cards(search)
            notes = {col.get_card(card).note()["Key"] for card in cards}
            assert len(cards) == sum(len(note.cards) for note in built.living if note.key in notes)
            return notes

        def of(*diagrams: str) -> set[str]:
            return {note.key for note in built.living if note.key.partition("/")[0] in diagrams}

        for diagram in in_order[::12]:
            assert found(article_page(diagram.id)) == of(diagram.id)
        for name in ("book-16-day-001.html", "book-16-week-01.html"):
            brought = book.links(name, "main")
            day = [page.removeprefix("read-").removesuffix(".html") for page in brought]
            assert found(name) == of(*day)
        assert len(found("book-companies.html")) > 0


# --- in the browser ---------------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize(("width", "night"), [(390, True), (1280, False)], ids=["phone by night", "desktop by day"])
def test_axe_finds_no_fault_and_nothing_scrolls_sideways(book: Book, browser: Any, width: int, night: bool) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme="dark" if night else "light")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: errors.append(request.url) if request.url.startswith("http") else None)
    for name in PAGES:
        page.goto(book.address(name) + ("?q=retry" if name == "book-search" else ""))
        assert page.evaluate("document.documentElement.classList.contains('night')") == night
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        found = Axe().run(page).response
        assert len(found["passes"]) > 5, "axe looked at something"
        faults = [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found["violations"]]
        assert faults == [], name
    page.close()
    assert errors == []


@pytest.mark.browser
def test_the_way_lies_over_the_parts_of_the_picture(book: Book, browser: Any, checked: Checked) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    name = "circuit-breaker-states"
    page.goto(book.address(f"read-{name}"))
    page.evaluate("Promise.all([...document.images].map(i => i.decode()))")
    boxes = page.evaluate(
        """() => { const f = document.querySelector('.of-trace .figure'), i = f.querySelector('img');
        const [box, ...stops] = [i, ...f.querySelectorAll('.stop')].map(e => e.getBoundingClientRect());
        return [i.naturalWidth, i.clientWidth, f.clientHeight - i.clientHeight,
          stops.map(s => [s.left + s.width / 2 - box.left, s.top + s.height / 2 - box.top].map((v, n) => v / (n ? box.height : box.width)))]; }"""
    )
    natural, width, gap, stops = boxes
    assert natural > 300
    assert 300 < width <= 390
    assert abs(gap) < 1, "the box of the picture is the picture"
    picture, trace = checked.drawings[name], checked.curriculum.by_id[name].spec.traces[0]
    for node, (x, y) in zip(trace.path, stops, strict=True):
        assert picture.nodes[node][0].holds(x, y)
    page.close()


@pytest.mark.browser
def test_search_loads_its_index_when_asked_and_leads_to_the_place(book: Book, browser: Any) -> None:
    page = browser.new_page()
    page.goto(book.address("read-circuit-breaker-states"))
    assert page.evaluate("performance.getEntriesByType('resource').map(r => r.name).join()").count("book-index") == 0
    page.fill(".find input", "Shopify breaker")
    page.keyboard.press("Enter")
    page.locator("#found li").first.wait_for()
    assert page.url.endswith("book-search.html?q=Shopify%20breaker")
    for item in page.locator("#found li").all():
        text = item.inner_text().lower()
        assert "shopify" in text or "breaker" in text
    assert page.locator("#found mark").count() > 0

    page.fill("#ask input", "fencing token storage")
    place = page.locator("#found li", has=page.locator("a[href*='leases-and-fencing-token']")).locator("a.place").first
    place.click()
    target = page.evaluate("location.hash.slice(1)")
    assert page.locator(f"[id='{target}']").is_visible()

    page.goto(book.address("book-search"))
    page.fill("#ask input", "<b>no such words")
    assert page.locator("#count").inner_text() == "0 of 144 diagrams"
    assert page.locator("#found li").count() == 0
    page.close()


@pytest.mark.browser
def test_a_search_can_be_copied(book: Book, browser: Any) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(book.address("read-circuit-breaker-states"))
    page.locator(".copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("getSelection().toString().trim()") == "tag:atlas Key:circuit-breaker-states/*"
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("paper", PAPERS)
def test_pages_print(book: Book, browser: Any, checked: Checked, paper: str) -> None:
    spec = checked.curriculum.by_id["circuit-breaker-states"].spec
    article = print_page(browser, book.folder / "read-circuit-breaker-states.html", paper)
    assert article.sizes == {PAPERS[paper]}
    assert len(article.pages) <= 7
    for text in (spec.title, spec.metrics[0].answer, spec.failures[0].containment, "https://"):
        assert text in article.text
    assert "On this page" not in article.text, "what is for the screen stays there"
    assert "Turn its cards here" not in article.text
    matrix = print_page(browser, book.folder / "book-companies.html", paper)
    assert all(width > height for width, height in matrix.sizes), "the matrix lies across"
    assert "Novel" in matrix.text
    numbers = print_page(browser, book.folder / "book-numbers.html", paper)
    assert numbers.text.count(spec.metrics[0].prompt[:30]) == 1


@pytest.mark.browser
def test_a_night_page_prints_on_white_paper(book: Book, browser: Any, tmp_path: Path) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(book.address("read-circuit-breaker-states"))
    assert page.evaluate("document.documentElement.classList.contains('night')")
    document = pypdfium2.PdfDocument(page.pdf(format="A4", print_background=True))
    image = document[0].render(scale=0.3).to_pil().convert("L")
    document.close()
    page.close()
    histogram = image.histogram()
    assert sum(histogram[:100]) < sum(histogram) * 0.2
    assert image.getpixel((3, 3)) == 255


# --- other curricula --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def translated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Book]:
    made = {}
    for language in ("ar", "de", "zh"):
        folder = tmp_path_factory.mktemp(language)
        example = Project(Path(__file__).parents[1] / "examples" / language)
        copy = copy_of(example, folder / "project")
        assert run(["--project", str(copy.root), "-q", "preview", "-o", str(folder / "site")]) == 0
        made[language] = Book(folder / "site")
    return made


def english_words() -> Iterator[str]:
    from atlas_decks.curriculum.book_words import BookWords

    yield from (text for text in BookWords().model_dump().values() if len(text) > 3 and "{" not in text)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["ar", "de", "zh"])
def test_a_book_in_another_language(translated: dict[str, Book], browser: Any, language: str) -> None:
    book = translated[language]
    page = browser.new_page(viewport={"width": 390, "height": 800})
    (article,) = book.folder.glob("read-*.html")
    day = next(name for name in sorted(book.folder.glob("book-*-day-*.html")) if "read-" in name.read_text("utf-8"))
    week = book.folder / re.search(r"book-\d+-week-\d+\.html", day.read_text("utf-8"))[0]  # type: ignore[index]
    names = [f"book{part}" for part in ("", "-contents", "-decisions", "-numbers", "-search")]
    for name in [*names, article.stem, day.stem, week.stem]:
        page.goto(book.address(name))
        html = page.locator("html")
        assert html.get_attribute("lang") == language
        assert html.get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        text = page.content()
        assert [word for word in english_words() if f">{word}<" in text or f'"{word}"' in text] == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        assert [v["id"] for v in Axe().run(page).response["violations"]] == [], name
    page.close()


def test_a_plan_without_companies_and_with_nothing_written_has_a_book(tmp_path: Path) -> None:
    sample = make_sample(tmp_path / "project")
    for name in (QUEUES, ACME):
        (sample.root / name).unlink()
    for file in (sample.root / "curriculum").rglob("*/*/*.yaml"):
        file.unlink()
    code = run(["--project", str(sample.root), "-q", "preview", "-o", str(tmp_path / "site")])
    assert code == 0
    book = Book(tmp_path / "site")
    assert "Nothing is written here yet." in book.page("book-decisions.html").text_content()
    assert "Nothing is written here yet." in book.page("book-2-week-01.html").text_content()
    assert book.links("book-contents.html", "main") == []


def test_texts_are_escaped_and_markup_is_kept(tmp_path: Path) -> None:
    sample = make_sample(tmp_path / "project")
    sample.edit("It checks the token.", "It checks `</script>` & *all* of it < that.")
    assert run(["--project", str(sample.root), "-q", "preview", "-o", str(tmp_path / "site")]) == 0
    page = (tmp_path / "site/read-delta-flow.html").read_text("utf-8")
    assert "<code>&lt;/script&gt;</code> &amp; <em>all</em> of it &lt; that." in page
    index = (tmp_path / "site/book-index.js").read_text("utf-8")
    assert "</" not in index
    assert "It checks  <\\/script>  &  all  of it < that." in index


def test_formulas_are_drawn_by_the_browser_itself(tmp_path: Path) -> None:
    sample = make_sample(tmp_path / "project")
    sample.edit("Longer in a burst.", "About $`\\frac{L}{\\lambda}`$ in a burst.")
    assert run(["--project", str(sample.root), "-q", "preview", "-o", str(tmp_path / "site")]) == 0
    page = (tmp_path / "site/read-delta-flow.html").read_text("utf-8")
    assert "<mfrac>" in page
    assert "\\(" not in page
    index = (tmp_path / "site/book-index.js").read_text("utf-8")
    assert "frac{L}" in index
    assert "\\\\(" not in index
