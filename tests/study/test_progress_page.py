"""The report as a page: the figures of the data, four pictures, by day and night, on a phone and on paper."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from atlas_decks.curriculum import load
from atlas_decks.curriculum.models import Curriculum
from atlas_decks.project import Project
from atlas_decks.study.progress.mastery import Level
from atlas_decks.study.progress.page import as_page
from atlas_decks.study.progress.pictures import coverage_picture, forecast_picture, mastery_picture, retention_picture
from atlas_decks.study.progress.report import Asked, Report, make_report
from support.made import TODAY, Given, Made
from support.paper import PAPERS, faults_on_screen, print_page

AGAIN, GOOD = 1, 3
PHONE, DESK = 390, 1280


@pytest.fixture(scope="module")
def curriculum() -> Curriculum:
    found, _ = load.load(Project(Path(__file__).resolve().parents[2]))
    return found


def report(curriculum: Curriculum, site: Path, *, weeks: int = 8, empty: bool = False, slow: float = 8.0) -> Report:
    """Some weeks of study: of each diagram met a few cards, of which some were missed."""
    made = Made(curriculum)
    for number, diagram in enumerate(curriculum.diagrams[: 0 if empty else 90]):
        met = weeks * 7 - number // 2
        for place, ref in enumerate(diagram.facts()[:5]):
            first = Given(met, GOOD, seconds=20)
            later = [
                Given(
                    ago,
                    AGAIN if (number + place + ago) % 7 == 0 else GOOD,
                    before=9,
                    after=25,
                    seconds=slow if ago < 14 else 8,
                )
                for ago in range(met - 2, 0, -9)
            ]
            made.learn(f"{diagram.id}/{ref.kind}/{ref.fact.key}", first, *later)
    pace = curriculum.plan.pace(16)
    assert pace is not None
    start = TODAY.on - timedelta(weeks=weeks)
    asked = Asked(name="mine.colpkg", today=TODAY, pace=pace, start=start, rest="sun", site=site)
    return make_report(curriculum, made.collection, asked)


def words(page: str) -> str:
    return " ".join(" ".join(html.fromstring(page).xpath("//body//text()")).split())


def test_the_page_has_the_figures_of_the_data(curriculum: Curriculum, tmp_path: Path) -> None:
    found = report(curriculum, tmp_path)
    page, data = as_page(found), found.data()
    text = words(page)
    (everything,) = data["coverage"]["all"]
    assert f"Diagrams begun {everything['diagrams']['introduced']:,}" in text
    month = data["retention"]["month"]["all"]
    assert f"Recalled this month {month['share']:.0%}" in text
    assert f"Due today {data['ahead']['overdue'] + data['ahead']['days'][0]['due']:,}" in text
    for point in curriculum.plan.self_assessment:
        assert point.text in text
    for area in data["weak_areas"]:
        assert area["search"] in text
    for stone in data["course"]["milestones"]:
        assert f"{stone['percent']}% {stone['diagrams']:,} diagrams" in text
    for name in ("Checkpoints", "Weak areas", "What was done", "All parts", "Netflix"):
        assert name in text
    assert "streak" not in text.lower()


def test_it_stands_alone(curriculum: Curriculum, tmp_path: Path) -> None:
    page = as_page(report(curriculum, tmp_path))
    assert re.findall(r'(?:src|href)="(?!data:,)[^"]*"', page) == []
    assert "<script" not in page
    assert page.count("<svg") == 4


def test_pages_of_diagrams_are_linked_where_they_are(curriculum: Curriculum, tmp_path: Path) -> None:
    found = report(curriculum, tmp_path / "site")
    named = [*(diagram for area in found.areas.weak for diagram, _ in area.worst), *(p.one for p in found.confused)]
    assert named
    found.page(named[0]).parent.mkdir()
    found.page(named[0]).write_text("x", "utf-8")
    hrefs = html.fromstring(as_page(found)).xpath("//a/@href")
    assert set(hrefs) == {found.page(named[0]).as_uri()}


def test_pictures_are_drawn_to_scale(curriculum: Curriculum, tmp_path: Path) -> None:
    found = report(curriculum, tmp_path)
    tiers = [part.diagrams for part in found.coverage["tier"]]
    widest = max(count.planned or 0 for count in tiers if count)
    for row, count in zip(coverage_picture(found).rows, tiers, strict=True):
        widths = {bar.kind: bar.width for bar in row.bars}
        assert count is not None
        assert widths["planned"] == pytest.approx((count.planned or 0) / widest * 360)
        assert widths.get("begun", 0) == pytest.approx(count.introduced / widest * 360)
    now, *wanted = mastery_picture(found).rows
    assert sum(bar.width for bar in now.bars) == pytest.approx(360)
    assert {bar.kind: bar.width for bar in wanted[-1].bars} == {"deep": 288, "medium": 72}
    assert [row.left for row in wanted] == ["Week 4", "Week 8", "Week 12", "Week 16"]
    plot = retention_picture(found)
    assert plot is not None
    for dot in plot.dots:
        assert dot.high <= dot.y <= dot.low <= plot.foot + 0.01
    ahead = forecast_picture(found)
    assert ahead is not None
    assert all(0 <= bar.y <= ahead.foot for bar in ahead.bars)
    due = [bar for bar in ahead.bars if bar.kind == "due"]
    assert len(due) == sum(1 for day in found.ahead.days if day.due)


def test_nothing_begun_gives_a_page_too(curriculum: Curriculum, tmp_path: Path) -> None:
    found = report(curriculum, tmp_path, empty=True)
    assert retention_picture(found) is None
    assert forecast_picture(found) is None
    text = words(as_page(found))
    assert "Nothing was begun." in text
    assert "nan" not in text.lower().replace("governance", "")


def test_overload_stands_on_top_with_its_way_out(curriculum: Curriculum, tmp_path: Path) -> None:
    assert "Too much at once" not in as_page(report(curriculum, tmp_path))
    text = words(as_page(report(curriculum, tmp_path, weeks=20, slow=3000.0)))
    assert "Too much at once" in text
    assert "Atlas::Cards" in text
    assert "Review only." in text


def test_texts_are_escaped(curriculum: Curriculum, tmp_path: Path) -> None:
    plan = curriculum.plan.model_copy(update={"name": "<b>Atlas</b> & <script>x</script>"})
    odd = Curriculum(plan, curriculum.plan_source, curriculum.diagrams, curriculum.files)
    page = as_page(report(odd, tmp_path))
    assert "<script" not in page
    assert "&lt;b&gt;Atlas&lt;/b&gt; &amp;" in page


@pytest.mark.browser
@pytest.mark.parametrize("empty", [False, True])
def test_it_fits_a_phone_and_reads_well(curriculum: Curriculum, browser: Any, tmp_path: Path, empty: bool) -> None:
    file = tmp_path / "progress.html"
    file.write_text(as_page(report(curriculum, tmp_path, weeks=20, slow=3000.0, empty=empty)), "utf-8")
    assert faults_on_screen(browser, file) == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_words_in_pictures_can_be_read(
    curriculum: Curriculum, browser: Any, tmp_path: Path, scheme: str, width: int
) -> None:
    """Axe looks at the contrast of text in HTML; of that in pictures, which is over bars, this does."""
    file = tmp_path / "progress.html"
    file.write_text(as_page(report(curriculum, tmp_path)), "utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    try:
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        low = page.evaluate(_CONTRASTS)
        sizes = page.evaluate("[...document.querySelectorAll('svg')].map(s => s.getBoundingClientRect().width / 360)")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
            "rgb(255, 255, 255)" if scheme == "light" else "rgb(20, 24, 29)"
        )
    finally:
        page.close()
    assert low == []
    assert min(sizes) * 10 >= 9, "the smallest words of a picture, in px"


_CONTRASTS = """() => {
  const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const body = getComputedStyle(document.body).backgroundColor, low = [];
  for (const text of document.querySelectorAll('svg text')) {
    const over = text.getAttribute('class') || '';
    const bar = over.startsWith('on-') ? document.querySelector(`rect.${over.slice(3)}`) : null;
    const found = ratio(getComputedStyle(text).fill, bar ? getComputedStyle(bar).fill : body);
    if (found < 4.5) low.push([text.textContent, over, found]);
  }
  return low; }"""


@pytest.mark.browser
@pytest.mark.parametrize("paper", PAPERS)
def test_it_prints(curriculum: Curriculum, browser: Any, tmp_path: Path, paper: str) -> None:
    file = tmp_path / "progress.html"
    file.write_text(as_page(report(curriculum, tmp_path)), "utf-8")
    printed = print_page(browser, file, paper)
    assert printed.sizes == {PAPERS[paper]}
    assert 2 <= len(printed.pages) <= 8
    for words_ in ("Coverage by tier", "The next 30 days", "Checkpoints", "Milestones", "Foundational knowledge"):
        assert words_ in printed.text


def test_levels_have_a_colour_each() -> None:
    css = (Path(__file__).resolve().parents[2] / "src/atlas_decks/study/pages/progress.css").read_text("utf-8")
    for level in Level:
        if level:
            assert css.count(f"--{level.name.lower()}:") == 3, "by day, by night, on paper"
