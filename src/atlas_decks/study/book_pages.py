"""The file names of the book's pages, in the site that `preview` writes."""

from __future__ import annotations


def article_page(diagram: str) -> str:
    """The page on a diagram, by its id."""
    return f"read-{diagram}.html"


def day_page(weeks: int, day: int) -> str:
    """The page of a study day, by its number from 1, at the pace of so many weeks."""
    return f"book-{weeks}-day-{day:03d}.html"


def week_page(weeks: int, week: int) -> str:
    """The page of a week, from 1, at the pace of so many weeks."""
    return f"book-{weeks}-week-{week:02d}.html"
