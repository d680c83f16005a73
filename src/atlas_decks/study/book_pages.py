"""The file names of the book's days and weeks, in the site that `preview` writes; articles are `today.page_of`."""

from __future__ import annotations


def day_page(weeks: int, day: int) -> str:
    """The page of a study day, by its number from 1, at the pace of so many weeks."""
    return f"book-{weeks}-day-{day:03d}.html"


def week_page(weeks: int, week: int) -> str:
    """The page of a week, from 1, at the pace of so many weeks."""
    return f"book-{weeks}-week-{week:02d}.html"
