"""A small valid project, and ways to break it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PLAN = """\
id: samplesamplesamp
name: Sample Atlas
deck: Sample
tag: atlas
about: A small curriculum.
weeks: 2
review_days: [1, 3]
retention_percent: 90
paces:
  - {weeks: 2, study_days: 6, new_diagrams: 4, review_diagrams: 8}
  - {weeks: 4, study_days: 6, new_diagrams: 2, review_diagrams: 8}
tiers:
  - {number: 1, slug: foundation, title: Foundation, deck: "1 Foundation", weeks: [1, 1], goal: Core patterns.}
  - {number: 2, slug: companies, title: Companies, deck: "2 Companies", weeks: [2, 2], goal: Real architectures.}
categories:
  - slug: patterns
    title: Patterns
    tier: 1
    day: fri
    technique: mapping
    groups:
      - {slug: queues, title: Queues, planned: 2}
      - {slug: caches, title: Caches, planned: 1}
  - slug: architecture
    title: Architecture
    tier: 2
    day: mon
    technique: mapping
    facets_of: companies
    groups:
      - {slug: request-flow, title: Request flow, planned: 2}
      - {slug: storage, title: Storage, planned: 2}
techniques:
  mapping:
    name: Component mapping
    steps: [List every component]
    hook: Story method
    story: Follow one request.
waves:
  - {slug: giants, title: The giants}
companies:
  - {slug: acme, name: Acme, wave: giants, week: 2, day: mon}
  - {slug: bolt, name: Bolt, wave: giants, week: 2, day: tue}
focus:
  - {slug: startup, title: Startups, about: Small teams., groups: [queues], companies: [acme]}
checkpoints:
  - {slug: week-02, title: Final, week: 2, tiers: [1, 2], minutes: 60, pass_percent: 80, tasks: [Draw everything]}
complexity:
  - {slug: simple, elements: 10, minutes: 2}
  - {slug: complex, elements: 999, minutes: 5}
self_assessment: [I drew the structure from memory]
"""

# one diagram; `NAME` and `Name` make its ids and prompts unique
_DIAGRAM = """\
  - id: NAME-flow
    title: Name request flow
    group: GROUP
    shows: How a request to Name becomes a stored job.
    mermaid: |
      flowchart TB
        web(["Browser"]):::edge -->|"order"| api["Gateway"]:::service
        api -->|"task"| line["Job queue"]:::state
        line -->|"one at a time"| work["Worker"]:::service
        work --> store[("Ledger")]:::state
    components:
      - node: api
        prompt: Which part of Name terminates the connection?
        answer: Gateway
        detail: It checks the token.
      - node: line
        prompt: Which part of Name absorbs a burst?
        answer: Job queue
        detail: It keeps jobs for a day.
      - node: work
        prompt: Which part of Name drains the backlog?
        answer: Worker
        detail: It takes a single job.
    metrics:
      - id: peak
        prompt: How many orders a second does Name take at peak?
        answer: "1200"
        detail: Measured on a sale day.
        as_of: 2022
        basis: reported
        where: second paragraph
        source: blog
      - id: delay
        prompt: How long does a job of Name wait at the median?
        answer: 40 ms
        detail: Longer in a burst.
        as_of: 2022
        basis: reported
        where: second paragraph
        source: blog
    trade_offs:
      - id: buffer
        choice: A buffer over a direct call
        prompt: What does Name gain and pay by decoupling?
        gains: [Bursts are absorbed]
        costs: [Answers come later]
        instead: Call directly where the caller needs the result.
        source: blog
    failures:
      - id: stall
        prompt: All consumers of Name stop.
        trigger: A bad release crashes every consumer.
        effect: Jobs pile up.
        containment: The release is rolled back.
        source: blog
"""


def subject(category: str, names: dict[str, str], company: str = "") -> str:
    """A subject file with one diagram for each name -> group."""
    head = f"category: {category}\n" + (f"company: {company}\n" if company else "")
    head += "sources:\n  blog: {title: How we queue, publisher: Acme, year: 2023, url: https://example.com/queue}\n"
    diagrams = [
        _DIAGRAM.replace("NAME", name).replace("Name", name.capitalize()).replace("GROUP", group)
        for name, group in names.items()
    ]
    return head + "diagrams:\n" + "\n".join(diagrams)


QUEUES = "curriculum/1-foundation/patterns/queues.yaml"
ACME = "curriculum/2-companies/architecture/acme.yaml"
ATLAS = "curriculum/atlas.yaml"
LEDGER = "decks/ledger.jsonl"


@dataclass(frozen=True)
class Sample:
    """A project folder; paths are relative to it."""

    root: Path

    def read(self, path: str = QUEUES) -> str:
        return (self.root / path).read_text("utf-8")

    def write(self, content: str | bytes, path: str = QUEUES) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def edit(self, old: str, new: str, path: str = QUEUES) -> int:
        """Replace the first `old`, which must be there. Returns the line, from 1, on which it began."""
        text = self.read(path)
        assert old in text, f"{old!r} is not in {path}"
        self.write(text.replace(old, new, 1), path)
        return text[: text.index(old)].count("\n") + 1

    def line(self, text: str, path: str = QUEUES) -> int:
        """The line, from 1, on which `text` first stands."""
        content = self.read(path)
        return content[: content.index(text)].count("\n") + 1

    def packages(self) -> dict[str, bytes]:
        """The built packages and the ledger, byte for byte."""
        return {f.name: f.read_bytes() for f in (self.root / "decks").iterdir() if f.is_file() and f.name != ".lock"}


def make_sample(root: Path) -> Sample:
    """Write a valid project with two subject files and three diagrams into `root`."""
    sample = Sample(root)
    sample.write(PLAN, ATLAS)
    sample.write(subject("patterns", {"delta": "queues", "gamma": "caches"}))
    sample.write(subject("architecture", {"acme": "request-flow"}, "acme"), ACME)
    return sample
