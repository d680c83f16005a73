"""Every node that is drawn can be asked for, whatever its id is written in; what has no nodes is redrawn all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas_decks.problems import has_errors
from atlas_decks.project import Project
from support import builds
from support.sample import QUEUES, Sample, make_sample

FLOW = """\
flowchart TB
  Gerät["Browser"] -->|"order"| svc.api["Gateway"]
  svc.api -->|"task"| 2nd["Job queue"]
  2nd -->|"one at a time"| 终止["Worker"]
  终止 -->|"row"| root_end["Ledger"]
"""
SEQUENCE = """\
sequenceDiagram
  actor u as Gateway
  participant d@{ "type": "database" }
  participant w as Worker
  participant q as Job queue
  u->>q: order
  q->>w: task
  w->>d: row
"""
STATE = """\
stateDiagram-v2
  state "Gateway" as job_start
  state "Job queue" as Buffer {
    [*] --> Full
  }
  job_start --> Buffer: order
  Buffer --> Worker: task
"""
ENTITIES = """\
erDiagram
  "Gateway" ||--o{ "Job queue" : fills
  "Job queue" ||--o{ "public.Worker" : feeds
"""
GANTT = """\
gantt
  title Migration
  dateFormat YYYY-MM-DD
  section Data
  Copy rows :a1, 2014-01-01, 30d
"""


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return make_sample(tmp_path / "sample")


def redraw(sample: Sample, mermaid: str, nodes: tuple[str, str, str]) -> None:
    """Another picture, and the nodes that its three components ask for."""
    text = sample.read()
    start, end = text.index("    mermaid: |"), text.index("    components:")
    block = "".join(f"      {line}\n" for line in mermaid.splitlines())
    text = text.replace(text[start:end], f"    mermaid: |\n{block}", 1)
    for old, new in zip(("api", "line", "work"), nodes, strict=True):
        text = text.replace(f"- node: {old}\n", f"- node: {new}\n", 1)
    sample.write(text)


@pytest.mark.parametrize(
    ("mermaid", "nodes", "keys"),
    [
        (FLOW, ("svc.api", "2nd", "终止"), {"svc.api", "2nd", "终止"}),
        (SEQUENCE, ("u", "q", "w"), {"u", "q", "w"}),
        (STATE, ("job_start", "Buffer", "Worker"), {"job_start", "Buffer", "Worker"}),
        (ENTITIES, ("Gateway", "Job queue", "public.Worker"), {"Gateway", "Job-queue", "public.Worker"}),
    ],
    ids=["flowchart", "sequence", "state", "entities"],
)
def test_every_node_can_be_asked_for(mermaid: str, nodes: tuple[str, str, str], keys: set[str], sample: Sample) -> None:
    redraw(sample, mermaid, nodes)
    project = Project(sample.root)
    assert list(builds.check(project).problems) == []
    built = builds.build(project, builds.NOW)
    found = {
        entry.key.split("/")[2] for entry in built.ledger.values() if entry.key.startswith("delta-flow/component/")
    }
    assert found == keys


def test_a_diagram_without_nodes_is_redrawn(sample: Sample) -> None:
    text = sample.read()
    start, end = text.index("    mermaid: |"), text.index("    metrics:")
    block = "".join(f"      {line}\n" for line in GANTT.splitlines())
    sample.write(text.replace(text[start:end], f"    mermaid: |\n{block}", 1))
    project = Project(sample.root)
    assert not has_errors(builds.check(project).problems)  # the days on its axis are small
    kinds = {entry.key.split("/")[1] for entry in builds.build(project, builds.NOW).ledger.values()}
    assert "redraw" in kinds


@pytest.mark.parametrize("node", ["'a\"b'", "' '", "'<b>'", "''"])
def test_what_is_no_id_of_a_node_is_said(node: str, sample: Sample) -> None:
    line = sample.edit("- node: line", f"- node: {node}")
    (problem, *_) = builds.check(Project(sample.root)).problems
    assert (problem.path, problem.line) == (QUEUES, line)
    assert "Mermaid source" in problem.hint
