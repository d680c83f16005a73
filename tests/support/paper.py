"""Printed sheets: a page of HTML as a PDF, made by Chromium, and what stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2

PAPERS = {"A4": (595, 842), "Letter": (612, 792)}  # in points, as a PDF has them

# cells of a table in which words stand letter by letter
_SQUEEZED = """[...document.querySelectorAll('th, td')]
    .filter(cell => cell.textContent.trim().length > 12 && cell.clientHeight > 4 * cell.clientWidth)
    .map(cell => 'squeezed: ' + cell.textContent)"""


@dataclass(frozen=True)
class Printed:
    """A PDF: the text of each page, and the sizes of the pages in points."""

    pages: list[str]
    sizes: set[tuple[int, int]]

    @property
    def text(self) -> str:
        """All text, with single spaces."""
        return " ".join(" ".join(self.pages).split())


def print_page(browser: Any, file: Path, paper: str) -> Printed:
    """Print a page to that paper, as people do; the PDF is read, not kept."""
    page = browser.new_page()
    try:
        page.goto(file.as_uri())
        document = pypdfium2.PdfDocument(page.pdf(format=paper))
        try:
            texts = [sheet.get_textpage().get_text_bounded() for sheet in document]
            sizes = {(round(width), round(height)) for width, height in (sheet.get_size() for sheet in document)}
        finally:
            document.close()
    finally:
        page.close()
    return Printed(texts, {(width - (width == 596), height - (height == 843)) for width, height in sizes})


def faults_on_screen(browser: Any, file: Path, *, night: bool = False) -> list[str]:
    """What is wrong with a page in a window of 390 px: what axe finds, and whether it is wider than the window."""
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme="dark" if night else "light")
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url) if request.url.startswith("http") else None)
    try:
        page.goto(file.as_uri())
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        squeezed = page.evaluate(_SQUEEZED)
        found = [violation["id"] for violation in Axe().run(page).response["violations"]]
    finally:
        page.close()
    return [*found, *outside, *squeezed, *(["wider than the window"] if wide else [])]
