"""A curriculum under the hands of its author: every kind of edit, as data that is written out as YAML."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from atlas_decks.cards import notes as notes_module
from atlas_decks.cards.kinds import NOTE_TYPES
from atlas_decks.project import Project, default_templates
from support.builds import Built, build
from support.sample import ATLAS, PLAN

NAMES = {"aa-flow": "Alpha", "bb-flow": "Bravo", "cc-flow": "Charlie", "dd-flow": "Delta", "ee-flow": "Echo"}
PLACES = {  # group -> category; architecture is another tier
    "queues": "patterns",
    "caches": "patterns",
    "request-flow": "architecture",
    "storage": "architecture",
}
FOLDERS = {"patterns": "1-foundation/patterns", "architecture": "2-companies/architecture"}
COMPONENTS = {  # node -> prompt, answer
    "api": ("Which part of NAME terminates the connection?", "Gateway"),
    "line": ("Which part of NAME absorbs a burst?", "Job queue"),
    "work": ("Which part of NAME drains the backlog?", "Worker"),
    "store": ("Which part of NAME keeps what was done?", "Ledger"),
    "audit": ("Which part of NAME remembers who asked?", "Trail"),
}
METRICS = {
    "peak": ("How many orders a second does NAME take at peak?", "1200"),
    "delay": ("How long does a job of NAME wait at the median?", "40 ms"),
    "nodes": ("How many servers does NAME run on?", "72 servers"),
    "loss": ("What share of the jobs of NAME is lost in a year?", "0.001%"),
}
FACTS = {
    "component": COMPONENTS,
    "metric": METRICS,
    "trade-off": ("buffer", "log"),
    "failure": ("stall", "flood"),
    "trace": ("job",),
    "decision": ("burst",),
}
LEAST = {"component": 3, "metric": 2, "trade-off": 1, "failure": 1, "trace": 0, "decision": 0}
MOST = {"component": 5, "metric": 4, "trade-off": 2, "failure": 2, "trace": 1, "decision": 1}


@dataclass
class Subject:
    """One diagram: what it holds, and how often each of its texts was reworded."""

    id: str
    group: str = "queues"
    facts: dict[str, list[str]] = field(
        default_factory=lambda: {
            "component": ["api", "line", "work"],
            "metric": ["peak", "delay"],
            "trade-off": ["buffer"],
            "failure": ["stall"],
            "trace": ["job"],
            "decision": [],
        }
    )
    words: dict[tuple[str, str], int] = field(default_factory=dict)
    title: int = 0
    picture: int = 0
    audit: bool = False

    def text(self, kind: str, fact: str) -> str:
        """A sentence that differs after each rewording."""
        return f"It was worded {self.words.get((kind, fact), 0)} times."

    def optional(self, kind: str, fact: str, key: str) -> dict[str, str]:
        """A text that is there after every other rewording, and with it a card."""
        there = self.words.get((kind, fact), 0) % 2 == 0
        return {key: self.text(kind, fact)} if there else {}

    def data(self) -> dict[str, Any]:
        """The diagram as its file holds it."""
        name = NAMES[self.id]
        trail = '\n  work -->|"who"| audit["Trail"]:::state' if self.audit else ""
        return {
            "id": self.id,
            "title": f"{name} request flow {self.title}",
            "group": self.group,
            "shows": f"How a request to {name} becomes a stored job.",
            "mermaid": f"""flowchart TB
  web(["Browser"]):::edge -->|"order {self.picture}"| api["Gateway"]:::service
  api -->|"task"| line["Job queue"]:::state
  line -->|"one at a time"| work["Worker"]:::service
  work -->|"done"| store[("Ledger")]:::state{trail}
""",
            "components": self._components(name),
            "metrics": self._metrics(name),
            "trade_offs": self._trade_offs(name),
            "failures": self._failures(name),
            "traces": self._traces(name),
            "decisions": self._decisions(name),
        }

    def _components(self, name: str) -> list[dict[str, Any]]:
        return [
            {
                "node": node,
                "prompt": COMPONENTS[node][0].replace("NAME", name),
                "answer": COMPONENTS[node][1],
                "detail": self.text("component", node),
            }
            for node in self.facts["component"]
        ]

    def _metrics(self, name: str) -> list[dict[str, Any]]:
        return [
            {
                "id": metric,
                "prompt": METRICS[metric][0].replace("NAME", name),
                "answer": METRICS[metric][1],
                "detail": self.text("metric", metric),
                "as_of": 2022,
                "basis": "reported",
                "where": "second paragraph",
                "source": "blog",
            }
            for metric in self.facts["metric"]
        ]

    def _trade_offs(self, name: str) -> list[dict[str, Any]]:
        return [
            {
                "id": choice,
                "choice": f"A {choice} over a direct call",
                "prompt": f"What does {name} gain and pay by its {choice}?",
                "gains": ["Bursts are absorbed"],
                "costs": ["Answers come later"],
                **self.optional("trade-off", choice, "instead"),
                "source": "blog",
            }
            for choice in self.facts["trade-off"]
        ]

    def _failures(self, name: str) -> list[dict[str, Any]]:
        return [
            {
                "id": failure,
                "prompt": f"A {failure} hits {name}.",
                "trigger": "A bad release crashes every consumer.",
                "effect": "Jobs pile up.",
                "containment": self.text("failure", failure),
                **self.optional("failure", failure, "detection"),
                "source": "blog",
            }
            for failure in self.facts["failure"]
        ]

    def _traces(self, name: str) -> list[dict[str, Any]]:
        return [
            {
                "id": trace,
                "prompt": f"Which parts of {name} does a job pass, in order?",
                "path": ["api", "line", "work"],
                "detail": self.text("trace", trace),
            }
            for trace in self.facts["trace"]
        ]

    def _decisions(self, name: str) -> list[dict[str, Any]]:
        return [
            {
                "id": decision,
                "prompt": f"{name} gets more jobs in a minute than it can do in an hour, and none may be lost.",
                "answer": "A job line",
                "not": "More workers",
                "tell": self.text("decision", decision),
            }
            for decision in self.facts["decision"]
        ]


class Author:
    """Edits a project in a folder and builds it; `patch` undoes what the edits change in the program."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = Project(root)
        self.patch = pytest.MonkeyPatch()
        self.subjects: dict[str, Subject] = {}
        self.shelf: dict[str, Subject] = {}  # retired diagrams, as they were
        self.style = 0
        self.front = 0
        self.caveat = False
        self.focus = "queues"
        for name in ("aa-flow", "bb-flow"):
            self.subjects[name] = Subject(name)
        self.subjects["bb-flow"].group = "storage"
        (root / "decks").mkdir(parents=True)

    def write(self) -> None:
        """Write the whole project anew."""
        shutil.rmtree(self.root / "curriculum", ignore_errors=True)
        plan = self.root / ATLAS
        plan.parent.mkdir(parents=True)
        text = PLAN.replace("planned: 1", "planned: 9").replace("planned: 2", "planned: 9")
        plan.write_text(text.replace("groups: [queues]", f"groups: [{self.focus}]"), "utf-8")
        source = {"title": "How we queue", "publisher": "Acme", "year": 2023, "url": "https://example.com/queue"}
        for category, folder in FOLDERS.items():
            found = [s.data() for s in self.subjects.values() if PLACES[s.group] == category]
            if found:
                file = self.root / "curriculum" / folder / "subjects.yaml"
                file.parent.mkdir(parents=True)
                head = {"category": category, "sources": {"blog": source}, "diagrams": found}
                file.write_text(yaml.dump(head, sort_keys=False, allow_unicode=True), "utf-8")
        templates = self.root / "templates"
        shutil.rmtree(templates, ignore_errors=True)
        if self.style or self.front or self.caveat:
            (templates / "metric").mkdir(parents=True)
        default = default_templates()
        if self.style:
            css = (default / "card.css").read_text("utf-8")
            (templates / "card.css").write_text(f"{css}\n.style{self.style} {{ color: teal; }}\n", "utf-8")
        if self.front:
            text = (default / "metric/front.html").read_text("utf-8")
            (templates / "metric/front.html").write_text(f'<i class="v{self.front}"></i>{text}', "utf-8")
        if self.caveat:
            text = (default / "metric/back.html").read_text("utf-8")
            (templates / "metric/back.html").write_text(text + "{{#Caveat}}<p>{{Caveat}}</p>{{/Caveat}}", "utf-8")

    def use_spare_field(self) -> None:
        """A release of the program that renames a spare field of the metrics and fills it on one of them."""
        self.caveat = True
        shutil.rmtree(self.project.compiled_folder)  # keyed by the code, which a patch does not change
        metric = NOTE_TYPES["metric"]
        fields = tuple(part._replace(name="Caveat") if part.slot == "Spare 4" else part for part in metric.fields)
        self.patch.setitem(NOTE_TYPES, "metric", replace(metric, fields=fields))
        fill = notes_module._EXTRA["metric"]

        def fields_with_caveat(maker: Any, fact: Any) -> dict[str, str]:
            values = fill(maker, fact)
            return {**values, "Caveat": "On a good day."} if fact.id == "peak" else dict(values)

        self.patch.setitem(notes_module._EXTRA, "metric", fields_with_caveat)

    def build(self, now: int, weeks: int = 2) -> Built:
        """Build at a time in seconds, at one of the paces, and keep the ledger."""
        self.write()
        return build(self.project, now, weeks=weeks)
