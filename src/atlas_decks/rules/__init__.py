"""The content rules: one small function each, registered by name.

A rule that judges one diagram may be waived by that diagram, with a reason; a waiver that no longer matches fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from atlas_decks.curriculum.models import Curriculum, Diagram
from atlas_decks.diagrams.picture import Picture
from atlas_decks.problems import Problem
from atlas_decks.rules import cards, core, identity, leaks, pictures, questions, screen, settings, sources, wording
from atlas_decks.rules.registry import CURRICULUM_RULES, DIAGRAM_RULES, EXCEPTION_RULES, PICTURE_RULES, Rule, all_rules

__all__ = ["all_rules", "check", "claims", "explain"]
_MODULES = (
    cards,
    core,
    identity,
    leaks,
    pictures,
    questions,
    screen,
    settings,
    sources,
    wording,
)  # imported for their registrations


def check(curriculum: Curriculum, drawings: Mapping[str, Picture]) -> list[Problem]:
    """Apply every rule. `drawings` holds the pictures by diagram id; one that could not be drawn is missing there.

    Returns the problems that no waiver covers, and those of the waivers themselves.
    """
    wanted = curriculum.plan.rules
    textual = {rule.name for rule in DIAGRAM_RULES}
    judging = [*DIAGRAM_RULES, *PICTURE_RULES]
    known = {rule.name for rule in judging if not rule.fixed}
    found: list[Problem] = list(settings.faults(curriculum.plan, curriculum.plan_source, judging))
    for rule in CURRICULUM_RULES:
        found += rule.judge(curriculum)
    for diagram in curriculum.diagrams:
        mine: list[Problem] = []
        for diagram_rule in DIAGRAM_RULES:
            mine += diagram_rule.judge(diagram) if settings.applies(diagram_rule, wanted) else ()
        drawing = drawings.get(diagram.id) if curriculum.by_id[diagram.id] is diagram else None
        if drawing is not None:
            for picture_rule in PICTURE_RULES:
                mine += picture_rule.judge(diagram, drawing) if settings.applies(picture_rule, wanted) else ()
        waived = {waiver.rule for waiver in diagram.spec.exceptions if waiver.rule in known}
        found += [problem for problem in mine if problem.rule not in waived]
        excepted = [problem for problem in mine if problem.rule in waived]
        for exception_rule in EXCEPTION_RULES:
            found += exception_rule.judge(diagram, excepted)
        hit = {problem.rule for problem in mine}
        for index, waiver in enumerate(diagram.spec.exceptions):
            at = diagram.path("exceptions", index)
            if waiver.rule not in known:
                hint = "rules that can be waived: " + ", ".join(sorted(known))
                message = f"no rule `{waiver.rule}`"
                if any(rule.name == waiver.rule for rule in all_rules()):
                    message = (
                        f"there is no exception from `{waiver.rule}`: no card could be made, or others depend on it"
                    )
                found.append(diagram.origin.problem(at, "exception-unknown", message, hint))
            elif waiver.rule not in hit and (drawing is not None or waiver.rule in textual):
                message = f"the exception from `{waiver.rule}` is no longer needed"
                found.append(diagram.origin.problem(at, "exception-stale", message, "remove it"))
    return found


def claims(diagram: Diagram) -> Iterator[tuple[str, int]]:
    """What the diagram takes that others cannot have: (key, how many of a curriculum may have it)."""
    for rule in CURRICULUM_RULES:
        if rule.claims is not None:
            for key, limit in rule.claims(diagram):
                yield f"{rule.name} {key}", limit


def explain() -> list[Rule]:
    """All rules with name and sentence, sorted by name."""
    return sorted(all_rules(), key=lambda rule: rule.name)
