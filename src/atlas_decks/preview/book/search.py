"""What the book's search looks through: every text of every article."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from atlas_decks.cards.kinds import KINDS
from atlas_decks.cards.markup import rich
from atlas_decks.preview.entries import Entry, plain, told_fields


def index(entries: Sequence[Entry]) -> str:
    """The articles as a value of JavaScript: [id, title, where, shows, [[anchor, text], ..]] of each."""
    data = [
        [
            entry.diagram.id,
            entry.diagram.spec.title,
            _where(entry),
            plain(str(rich(entry.diagram.spec.shows))),
            list(_texts(entry)),
        ]
        for entry in entries
    ]
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")


def _where(entry: Entry) -> str:
    diagram = entry.diagram
    company, group = diagram.company, diagram.group
    names = [diagram.category.title, company.name if company else "", group.title if group else ""]
    return " › ".join(name for name in names if name)


def _texts(entry: Entry) -> Iterator[list[str]]:
    """The texts of each fact, with its id on the page, and the sources."""
    for key, fields in entry.notes.items():
        kind = KINDS[key.partition("/")[0]]
        if kind.fact:
            texts = [plain(fields[name]) for name in told_fields(kind) if fields[name]]
            yield [key.replace("/", "-"), " · ".join(texts)]
    cited = dict.fromkeys([entry.diagram.main_source, *(f.source for *_, f in entry.diagram.facts() if f.source)])
    sources = [entry.diagram.sources[key] for key in cited]
    yield ["sources", "; ".join(f"{source.title}, {source.publisher}, {source.year}" for source in sources)]
