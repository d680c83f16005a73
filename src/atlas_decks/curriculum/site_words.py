"""The fixed words of the cards' own site: the pages of the preview on which cards are turned, searched and filtered."""

from __future__ import annotations

from atlas_decks.curriculum.word_table import Table, Word


class SiteWords(Table):
    """Every word on the pages of the site that comes from no diagram, and that neither cards nor the book have."""

    # around every page
    breadcrumb: Word = "Breadcrumb"
    site: Word = "Site"
    preview: Word = "Preview"
    tiers: Word = "Tiers"
    categories: Word = "Categories"
    search_cards: Word = "Search cards"
    keys_cards: Word = "{keys}, {next} {previous} next and previous card, {turn} turn it, {all} turn all"
    # the first page
    figures: Word = "{written} of {planned} diagrams, {cards} cards."
    week: Word = "The week"
    week_about: Word = "Categories take turns, so that you practise telling them apart."
    weekend: Word = "Weekend"
    read_first: Word = "To read before you recall:"
    of: Word = "{n} of {total}"
    # lists
    tier_title: Word = "Tier {number}: {title}"
    studied_on: Word = "Studied on {day}, in tier {number}."
    company_week: Word = "Week {n}."
    written: Word = "{written} of {planned} diagrams written."
    sheet: Word = "Contact sheet"
    sheet_of: Word = "{title}: contact sheet"
    sheet_about: Word = "{n} diagrams as wide as on a phone of 390 px."
    back_to_list: Word = "Back to the list"
    size: Word = "{width} x {height} px, {nodes} nodes"
    cards_count: Word = "{n} cards"
    # the cards of a diagram
    gives_away: Word = "Show the diagram (it gives answers away)"
    read_in_book: Word = "Read it in the book"
    turn_all: Word = "Turn all"
    phone_width: Word = "Phone width"
    show_answer: Word = "Show answer"
    show_question: Word = "Show question"
    card_of: Word = "{kind} card: {name}"
    # search
    all_cards: Word = "All cards"
    filters: Word = "Filters"
    words: Word = "Words"
    words_like: Word = "quorum, retry, 2021"
    tier: Word = "Tier"
    category: Word = "Category"
    kind: Word = "Kind"
    day: Word = "Day"
    all: Word = "all"
    found: Word = "{n} of {total} cards"
    lists_do_not: Word = "Searching needs JavaScript; the lists of tiers and categories on the first page do not."
    # kinds of cards, and the names of those of which a note has several
    component: Word = "Component"
    metric: Word = "Metric"
    trade_off: Word = "Trade-off"
    failure: Word = "Failure"
    trace: Word = "Trace"
    decision: Word = "Decision"
    redraw: Word = "Redraw"
    other_choice: Word = "Other choice"
