"""What a project's `rules:` in atlas.yaml change, and rules on how much a diagram holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from atlas_decks.cards.kinds import KINDS, fact_kinds
from atlas_decks.curriculum.models import Diagram, Plan, RuleSettings, fact_keys
from atlas_decks.curriculum.source import Source
from atlas_decks.problems import Problem
from atlas_decks.rules.registry import Rule, diagram_rule

# facts of a diagram: at least, at most. Components may be missing where a picture has no nodes (rule `node-count`)
COUNTS: Mapping[str, tuple[int, int]] = {kind.key: kind.counts for kind in fact_kinds()}


@diagram_rule("counts")
def counts(diagram: Diagram) -> Iterator[Problem]:
    """A diagram has 2 to 4 metrics, 1 or 2 trade-offs and failures, at most 7 components, a trace, a decision."""
    used = diagram.rules.kinds
    for key in fact_keys():
        least, most = diagram.rules.counts.get(key, COUNTS[key])
        if used and _kind_of(key) not in used:
            least = most = 0
        number = len(getattr(diagram.spec, key))
        if not least <= number <= most:
            bound = f"at least {least}" if number < least else f"at most {most}" if most else "none are in use here"
            at = diagram.path(key)
            hint = "see docs/format.md, or `rules: counts` in atlas.yaml"
            yield diagram.origin.problem(at, "counts", f"`{key}`: {number} entries; {bound}", hint, key=True)


def _kind_of(key: str) -> str:
    return next(kind.slug for kind in KINDS.values() if kind.key == key)


def applies(rule: Rule, settings: RuleSettings) -> bool:
    """Whether a project wants a rule: it is not switched off, and speaks the project's language."""
    if not rule.fixed and any(off.rule == rule.name for off in settings.off):
        return False
    return not rule.language or rule.language == settings.language.split("-")[0]


def faults(plan: Plan, source: Source, rules: Iterable[Rule]) -> Iterator[Problem]:
    """What is wrong with a plan's `rules:`; `rules` are those that may be switched off."""
    names = sorted(rule.name for rule in rules if not rule.fixed)
    texts = sorted({name for kind in KINDS.values() for name in kind.texts} | {"shows"})
    kinds = [kind.slug for kind in KINDS.values() if kind.key]
    settings = plan.rules
    wanted: list[tuple[tuple[str | int, ...], str, Iterable[str], str]] = [
        *((("off", i, "rule"), off.rule, names, "rule that can be switched off") for i, off in enumerate(settings.off)),
        *((("limits", name), name, texts, "text") for name in settings.limits),
        *((("counts", key), key, fact_keys(), "kind of fact") for key in settings.counts),
        *((("kinds", i), kind, kinds, "kind of card") for i, kind in enumerate(settings.kinds)),
    ]
    for path, name, known, what in wanted:
        if name not in known:
            at = ("rules", *path)
            yield source.problem(at, "plan-rules", f"no {what} `{name}`", f"one of {', '.join(known)}")
    for key, (least, most) in settings.counts.items():
        if least > most:
            message = f"at least {least} and at most {most} `{key}`"
            yield source.problem(("rules", "counts", key), "plan-rules", message, "the smaller number comes first")
