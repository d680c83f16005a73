"""Makes a curriculum of any size by recombining the diagrams of a real one.

The picture of one diagram meets the facts of another; ids, titles, questions and one label in the picture get a word of
their own, so that nothing can be drawn or stored once for two diagrams. The result passes every content rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from atlas_decks.cards.kinds import fact_kinds
from atlas_decks.curriculum.models import Curriculum, Diagram, Plan
from atlas_decks.diagrams.texts import diagram_kind
from atlas_decks.rules.words import contains, count

_WORD, _NAME = "QWORDQ", "QNAMEQ"  # stand in a template for the diagram's own word, small and as a name
_FILE = 8  # diagrams a file: a company with its facets
_TIER = 9_000  # diagrams a tier: Anki's positions of new cards end at 1,000,000, and each diagram takes 100
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_LABELS = {  # where a word of its own goes into the source: behind a label that exists
    "flowchart": (re.compile(r'\|"([^"|]+)"\|'), rf'|"\1<br/>{_WORD}"|'),
    "sequenceDiagram": (re.compile(r"^(\s*\w+\s*-?->>?[+-]?\s*\w+\s*:.*\S)", re.M), rf"\1 {_WORD}"),
    "stateDiagram-v2": (re.compile(r"^(\s*\S+\s*-->\s*\S+\s*:.*\S)", re.M), rf"\1 {_WORD}"),
}


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and never an anchor, as an author would."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
        """Write every value out."""
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


@dataclass(frozen=True)
class _Half:
    """One half of a diagram as a template in YAML, with the sources that it cites, by their keys in the new file."""

    text: str
    sources: Mapping[str, Any]
    origin: Diagram


def word(index: int) -> str:
    """A made-up word for a number below 343,000; different numbers, different words."""
    syllables = []
    for _ in range(3):
        index, rest = divmod(index, len(_CONSONANTS) * len(_VOWELS))
        syllables.append(_CONSONANTS[rest // len(_VOWELS)] + _VOWELS[rest % len(_VOWELS)])
    return "".join(syllables)


def generate(curriculum: Curriculum, folder: Path, number: int) -> None:
    """Write a project of `number` diagrams into `folder`, which need not exist. The same input gives the same files.

    Raises ValueError where no diagram of the curriculum can be varied.
    """
    usable = [diagram for diagram in curriculum.diagrams if _usable(diagram)]
    if not usable:
        raise ValueError("no diagram of this curriculum can be varied")
    plan, places = _grown(curriculum.plan, number)
    root = folder / "curriculum"
    root.mkdir(parents=True)
    (root / "atlas.yaml").write_text(_yaml(plan), "utf-8")
    pairs = _pairs(usable)
    names = {category["slug"]: category["title"] for category in plan["categories"]}
    names |= {group["slug"]: group["title"] for category in plan["categories"] for group in category["groups"]}
    names |= {company["slug"]: company["name"] for company in plan.get("companies", [])}
    slot = 0
    for (category, tier, company), groups in _subjects(places, number):
        pieces, sources = [], {}
        for group in groups:
            crumbs = [names.get(name, "") for name in (category, group, company)]
            picture, facts = next(pair for pair in pairs if not _is_told(pair, crumbs))
            head = f"- id: {picture.origin.id[:40].rstrip('-')}-{_WORD}\n  group: {group}\n"
            text = (head + picture.text + facts.text).replace(_WORD, word(slot))
            pieces.append(text.replace(_NAME, word(slot).title()))
            sources.update({**picture.sources, **facts.sources})
            slot += 1
        top = {"category": category, **({"company": company} if company else {}), "sources": sources}
        file = root / tier / category / f"{company or 'subject'}-{slot:06}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{_yaml(top)}diagrams:\n{''.join(pieces)}", "utf-8")


def _is_told(pair: tuple[_Half, _Half], crumbs: Iterable[str]) -> bool:
    """Whether the line above a prompt would print an answer."""
    picture, facts = pair
    components, metrics = picture.origin.spec.components, facts.origin.spec.metrics
    answers = [*(fact.answer for fact in components), *(fact.answer for fact in metrics)]
    return any(contains(crumb, answer) for crumb in crumbs for answer in answers)


def _yaml(value: object) -> str:
    return yaml.dump(value, Dumper=_Dumper, width=10**9, allow_unicode=True, sort_keys=False)


def _usable(diagram: Diagram) -> bool:
    """Whether the diagram stays within the rules when words are added."""
    spec = diagram.spec
    kind = diagram_kind(spec.mermaid)
    return (
        not spec.exceptions
        and kind in _LABELS
        and _LABELS[kind][0].search(spec.mermaid) is not None
        and all(count(fact.prompt) + 2 <= 40 and fact.prompt.endswith(("?", ".")) for *_, fact in diagram.facts())
    )


def _pairs(usable: list[Diagram]) -> Iterator[tuple[_Half, _Half]]:
    """Pictures with facts of other diagrams, without end. No answer of a metric stands in the picture."""
    pictures = [_picture(number, diagram) for number, diagram in enumerate(usable)]
    facts = [_facts(number, diagram) for number, diagram in enumerate(usable)]
    step = 0
    while True:
        for picture in pictures:
            for offset in range(len(facts)):
                fact = facts[(step + offset) % len(facts)]
                if not any(contains(picture.origin.spec.mermaid, m.answer) for m in fact.origin.spec.metrics):
                    yield picture, fact
                    break
            step += 1
        step += 1


def _picture(number: int, diagram: Diagram) -> _Half:
    spec = diagram.spec
    pattern, replacement = _LABELS[diagram_kind(spec.mermaid)]
    data = _dump(diagram, {"title", "source", "shows", "mermaid", "anchor"}, in_picture=True)
    data["title"] = f"{spec.title[:80]} {_WORD}"
    data["mermaid"] = pattern.sub(replacement, spec.mermaid.rstrip() + "\n", count=1)
    data["source"] = diagram.main_source
    return _half(number, diagram, data)


def _facts(number: int, diagram: Diagram) -> _Half:
    return _half(number, diagram, _dump(diagram, set(), in_picture=False))


def _dump(diagram: Diagram, keys: set[str], in_picture: bool) -> dict[str, Any]:
    """These keys of a diagram, and its facts of the kinds that hang on the picture, or of all others."""
    keys = keys | {kind.key for kind in fact_kinds() if kind.in_picture == in_picture}
    data = diagram.spec.model_dump(mode="json", include=keys, exclude_none=True, by_alias=True)
    return {key: value for key, value in data.items() if value != []}


def _half(number: int, diagram: Diagram, data: dict[str, Any]) -> _Half:
    facts = [fact for value in data.values() if isinstance(value, list) for fact in value]
    cited = {part["source"] for part in (data, *facts) if "source" in part}
    renamed = {key: f"d{number}-{key}"[:60].rstrip("-") for key in cited}
    if "source" in data:
        data["source"] = renamed[data["source"]]
    for fact in facts:
        fact["prompt"] = f"Of {_NAME}: {fact['prompt']}"  # a system of its own: nobody asks for the same
        if "source" in fact:
            fact["source"] = renamed[fact["source"]]
    text = "".join(f"  {line}\n" if line else "\n" for line in _yaml(data).splitlines())
    dumped = {new: diagram.sources[old].model_dump(mode="json") for old, new in sorted(renamed.items())}
    for source in dumped.values():
        if source["no_url"] is None:
            del source["no_url"]
    return _Half(text, dumped, diagram)


@dataclass(frozen=True)
class _Place:
    """A group of the grown plan with the number of diagrams that it is planned to hold."""

    tier: str
    category: str
    group: str
    planned: int
    companies: tuple[str, ...]


def _grown(plan: Plan, number: int) -> tuple[dict[str, Any], list[_Place]]:
    """The plan with room for `number` diagrams: groups and companies grow, then there are more tiers of each kind."""
    factor = -(-number // plan.planned)
    widest = max(sum(c.planned for c in plan.categories if c.tier == tier.number) for tier in plan.tiers)
    copies = -(-widest * factor // _TIER)
    factor = -(-factor // copies)
    data = plan.model_dump(mode="json", exclude_none=True)
    tiers, categories = data["tiers"], data["categories"]
    data["tiers"], data["categories"] = [], []
    places: list[_Place] = []
    data["companies"] = [
        {**company, "slug": company["slug"] + ("" if n == 0 else f"-{n + 1}")}
        for n in range(factor)
        for company in data.get("companies", [])
    ]
    companies = tuple(company["slug"] for company in data["companies"])
    for copy in range(copies):
        name, title = ("", "") if copy == 0 else (f"-{copy + 1}", f" {copy + 1}")
        first = copy * len(tiers)
        numbers = {tier["number"]: first + index for index, tier in enumerate(tiers, 1)}
        slugs = {tier["number"]: f"{numbers[tier['number']]}-{tier['slug']}" for tier in tiers}
        for tier in tiers:
            data["tiers"].append({**tier, "number": numbers[tier["number"]], "deck": tier["deck"] + title})
        for category in categories:
            groups = [{**group, "planned": group["planned"] * factor} for group in category["groups"]]
            slug = category["slug"] + name
            facets = None if name else category.get("facets_of")  # a company has one diagram a facet
            data["categories"].append(
                {
                    **category,
                    "slug": slug,
                    "title": category["title"] + title,
                    "tier": numbers[category["tier"]],
                    "groups": groups,
                    "facets_of": facets,
                }
            )
            mine = companies if facets else ()
            tier_folder = slugs[category["tier"]]
            places += [_Place(tier_folder, slug, group["slug"], group["planned"], mine) for group in groups]
    return data, places


def _subjects(places: list[_Place], number: int) -> Iterator[tuple[tuple[str, str, str], list[str]]]:
    """Files as ((category, tier folder, company), groups of their diagrams): `number` diagrams over all places."""
    total = sum(place.planned for place in places)
    by_subject: dict[tuple[str, str, str], list[str]] = {}
    seen = taken = 0
    for place in places:
        for ordinal in range(place.planned):
            seen += 1
            if seen * number // total > taken:
                taken += 1
                company = place.companies[ordinal] if ordinal < len(place.companies) else ""
                by_subject.setdefault((place.category, place.tier, company), []).append(place.group)
    for subject, groups in by_subject.items():
        rest = iter(groups)
        while some := list(islice(rest, _FILE)):
            yield subject, some
