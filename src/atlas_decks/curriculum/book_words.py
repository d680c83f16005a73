"""The fixed words of the book: the pages of the preview that are read before recalling."""

from __future__ import annotations

from atlas_decks.curriculum.word_table import Table, Word


class BookWords(Table):
    """Every word on the pages of the book that comes from no diagram and stands on no card."""

    # around every page
    book: Word = "The book"
    skip: Word = "Skip to content"
    night: Word = "Night"
    search: Word = "Search the book"
    keys: Word = "Keys: {search} search, {night} night"
    cards: Word = "Cards"
    belongs: Word = "Where this belongs"
    order: Word = "Before and after"
    nothing: Word = "Nothing is written here yet."
    # the places of the book
    read_first: Word = "Read the day's pages first, then recall them with the cards."
    written: Word = "{written} of {planned} diagrams are written."
    contents: Word = "Contents"
    weeks: Word = "Weeks"
    pace: Word = "In {weeks} weeks"
    week: Word = "Week {n}"
    week_of: Word = "Week {n} of {weeks}"
    day: Word = "Day {n}"
    day_of: Word = "Day {n} of {days}"
    checkpoint: Word = "Checkpoint: {title}"
    minutes: Word = "{minutes} minutes"
    minutes_bar: Word = "{minutes} minutes, pass at {percent}%"
    no_new: Word = "No new diagrams on this day."
    new_here: Word = "{planned} diagrams planned, {written} written"
    read: Word = "Read"
    draw: Word = "Draw"
    drawn_new: Word = "new"
    drawn_ago: Word = "from {n} days before"
    weekday: Word = "{day}, if you begin on a Monday"
    rotation: Word = "Review first: {categories}"
    weak_areas: Word = "weak areas"
    monday: Word = "Monday"
    tuesday: Word = "Tuesday"
    wednesday: Word = "Wednesday"
    thursday: Word = "Thursday"
    friday: Word = "Friday"
    saturday: Word = "Saturday"
    sunday: Word = "Sunday"
    # an article
    on_this_page: Word = "On this page"
    picture: Word = "Picture"
    drawn_from: Word = "Drawn from"
    components: Word = "Components"
    metrics: Word = "Numbers"
    trade_offs: Word = "Trade-offs"
    failures: Word = "Failures"
    traces: Word = "The way through the picture"
    decisions: Word = "Decision"
    other_choice: Word = "When the other choice is right"
    confusables: Word = "Easily confused"
    confused: Word = "{answer}, not {wrong}"
    neighbours: Word = "Neighbours"
    same_group: Word = "In the same group: {group}"
    same_company: Word = "More of {company}"
    sources: Word = "Sources"
    source_of: Word = "source {n}"
    version: Word = "version {version}"
    in_plan: Word = "In the plan"
    recall: Word = "Recall"
    cards_here: Word = "Turn its cards here"
    in_anki: Word = "Find its cards in Anki; paste this into the search of the browser:"
    day_in_anki: Word = "Find the day's cards in Anki:"
    week_in_anki: Word = "Find the week's cards in Anki:"
    company_in_anki: Word = "Find the cards of a company in Anki:"
    copy_search: Word = "Copy"
    copied: Word = "Copied"
    # overviews
    companies: Word = "Companies"
    companies_about: Word = (
        "What companies have published, facet by facet: read along a row, or down a column to compare."
    )
    company: Word = "Company"
    more: Word = "More"
    choose: Word = "Decisions"
    choose_about: Word = (
        "From the symptom to the pattern: what answers it, what one would take it for, and what decides."
    )
    symptom: Word = "Symptom"
    answer: Word = "Pattern"
    numbers: Word = "Numbers"
    numbers_about: Word = (
        "What everybody should know by heart: the first numbers of each diagram. Worked examples are left out."
    )
    number: Word = "Number"
    asked: Word = "Of what"
    diagram: Word = "Diagram"
    # search
    found: Word = "{n} of {total} diagrams"
    show_more: Word = "Show more"
    needs_script: Word = "Searching needs JavaScript; the contents do not."
    search_about: Word = "Every word of every article, the sources too. Several words are looked for together."

    @property
    def weekdays(self) -> tuple[str, ...]:
        """The names of the weekdays, from Monday on."""
        return (
            *(self.monday, self.tuesday, self.wednesday, self.thursday),
            *(self.friday, self.saturday, self.sunday),
        )
