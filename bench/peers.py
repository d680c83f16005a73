"""Gives other ways to the same pictures and packages the same work, and has them measured by a program of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from atlas_decks.cards.kinds import NOTE_TYPES
from atlas_decks.cards.notes import make_notes, media_name
from atlas_decks.cards.templates import Templates
from atlas_decks.curriculum import load
from atlas_decks.diagrams import Cache, EmbeddedRenderer, render_all
from atlas_decks.diagrams.script import compose
from atlas_decks.project import Project

# how many diagrams each draws a round; genanki packs all of them
SAMPLES: Mapping[str, int] = {"mermaid-cli": 10, "chromium": 100, "mermaid-py": 100, "genanki": 0}


@dataclass
class Peers:
    """The peers' seconds for each diagram, by name, one entry a round."""

    program: Path
    folder: Path
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def prepare(self, project: Project) -> None:
        """Write the peers' work: scripts of diagrams spread over the curriculum, and all notes with their pictures."""
        curriculum, _ = load.load(project)
        templates = Templates(project.templates)
        sources = {diagram.id: diagram.spec.mermaid for diagram in curriculum.diagrams}
        drawings, _ = render_all(sources, EmbeddedRenderer(), Cache(project.picture_cache))
        for name, size in SAMPLES.items():
            home = self.folder / name
            home.mkdir(parents=True)
            step = max(1, len(curriculum.diagrams) // size) if size else 0
            for number, diagram in enumerate(curriculum.diagrams[::step][:size] if size else ()):
                (home / f"{number:03}.mmd").write_text(compose(diagram.spec.mermaid).script, "utf-8")
        notes, media = [], {}
        for diagram in curriculum.diagrams:
            drawing = drawings[diagram.id]
            media[media_name(curriculum.plan, diagram.id, drawing)] = drawing.svg
            notes += [(n.kind, n.fields, n.tags) for n in make_notes(diagram, drawing, curriculum.plan, templates)]
        fields = {kind: len(note_type.fields) for kind, note_type in NOTE_TYPES.items()}
        data = {"diagrams": len(media), "fields": fields, "notes": notes, "media": media}
        (self.folder / "genanki/notes.json").write_text(json.dumps(data), "utf-8")

    def round(self) -> None:
        """Let each peer do its work once. Raises RuntimeError with its output where one fails."""
        for name in SAMPLES:
            command = [sys.executable, str(self.program), name, str(self.folder / name)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - named by the user
            if done.returncode:
                raise RuntimeError(f"{name}: {done.stderr[-2000:]}")
            result = json.loads(done.stdout.splitlines()[-1])
            self.seconds.setdefault(name, []).append(result["seconds"] / result["diagrams"])
