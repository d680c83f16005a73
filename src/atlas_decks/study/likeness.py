"""How alike diagrams are, by the words in them: cosine of tf-idf, as in Manning, Raghavan and Schuetze, chapter 6.

Words of fewer than four letters, and those that nearly every diagram has, weigh next to nothing; no list of words is
needed, so it works in any language that writes words apart.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from atlas_decks.curriculum.models import Diagram

_WORD = re.compile(r"\w{4,}")
_Vector = Mapping[str, float]


class Likeness:
    """Compares the diagrams of a curriculum with each other."""

    def __init__(self, diagrams: Sequence[Diagram]) -> None:
        counts = {diagram.id: Counter(_WORD.findall(_text(diagram).casefold())) for diagram in diagrams}
        seen = Counter(word for words in counts.values() for word in words)
        self._vectors: dict[str, _Vector] = {}
        for name, words in counts.items():
            vector = {word: (1 + math.log(n)) * math.log(len(counts) / seen[word]) for word, n in words.items()}
            length = math.sqrt(math.fsum(weight * weight for weight in vector.values())) or 1.0
            self._vectors[name] = {word: weight / length for word, weight in vector.items()}

    def of(self, one: Diagram, other: Diagram) -> float:
        """From 0, nothing in common, to 1."""
        mine, theirs = self._vectors[one.id], self._vectors[other.id]
        return math.fsum(weight * theirs.get(word, 0.0) for word, weight in mine.items())


def _text(diagram: Diagram) -> str:
    """The words that say what a diagram is about: its title, what it shows, and what is asked and answered about it."""
    facts = [f"{ref.fact.prompt} {getattr(ref.fact, 'answer', '')}" for ref in diagram.facts()]
    return " ".join([diagram.spec.title, diagram.spec.shows, *facts])
