"""The decks of a package, with their presets and descriptions. Anki matches decks by their names."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

from atlas_decks.cards.ids import Ids
from atlas_decks.cards.kinds import DeckKind
from atlas_decks.cards.markup import for_description
from atlas_decks.packages.presets import preset_of
from atlas_decks.packages.settings import PackageSettings
from atlas_decks.packages.tables import Deck
from atlas_decks.schedule.decks import DECK_KINDS, deck_name, parent_deck_name


class Decks:
    """The decks that hold a package's cards, and those above them."""

    def __init__(self, settings: PackageSettings) -> None:
        self._settings = settings
        self._ids = Ids(settings.plan.id)

    def id_of(self, tier: int, kind: DeckKind) -> int:
        """The number, within the package, of a tier's deck of that kind."""
        return self._ids.deck(deck_name(self._settings.plan, tier, kind))

    def root(self) -> Any:
        """The topmost deck. Its description says which deck to click, and what was imported last."""
        return self._deck(self._settings.plan.deck, "all", self._about())

    def below(self, used: Collection[tuple[int, DeckKind]]) -> list[Any]:
        """The decks of the tiers and kinds that have cards, each kind's common deck before them."""
        plan = self._settings.plan
        decks: dict[str, Any] = {}
        for kind in DECK_KINDS:
            tiers = sorted(tier for tier, of_kind in used if of_kind == kind)
            if not tiers:
                continue
            name = parent_deck_name(plan, kind)
            above: DeckKind = "redraw" if kind == "redraw-deeper" else kind
            decks.setdefault(name, self._deck(name, above, self._about_kind(above)))
            for tier in tiers:
                name = deck_name(plan, tier, "redraw")
                if kind == "redraw-deeper" and name not in decks:  # Anki wants every deck above one to be there
                    decks[name] = self._deck(name, "redraw", self._about_tier(tier, "redraw"))
                name = deck_name(plan, tier, kind)
                decks[name] = self._deck(name, kind, self._about_tier(tier, kind))
        return list(decks.values())

    def presets(self, used: Collection[tuple[int, DeckKind]]) -> dict[str, dict[str, Any]]:
        """The presets of these decks by their ids, as text."""
        kinds = {kind for _, kind in used}
        if "redraw-deeper" in kinds:
            kinds.add("redraw")
        found = [self._preset("all"), *(self._preset(kind) for kind in DECK_KINDS if kind in kinds)]
        return {str(preset["id"]): preset for preset in found}

    def _preset(self, kind: DeckKind | Literal["all"]) -> dict[str, Any]:
        return preset_of(kind, self._settings.plan, self._settings.pace, self._settings.limits)

    def _deck(self, name: str, kind: DeckKind | Literal["all"], about: str) -> Any:
        return Deck(self._ids.deck(name), name, conf=self._preset(kind)["id"], desc=about, md=True)

    def _about(self) -> str:
        settings, plan = self._settings, self._settings.plan
        cards = sum(cards for cards, _ in settings.counts.values())
        diagrams = sum(diagrams for _, diagrams in settings.counts.values())
        where = f" from {plan.url}" if plan.url else ""
        phone, desk = (
            for_description(parent_deck_name(plan, kind)) for kind in DECK_KINDS if kind in ("cards", "redraw")
        )
        return (
            f"{for_description(plan.about)}\n\n"
            f"**On a phone, click {phone}. At a desk, with pen and paper, click {desk}.** Both bring their cards in "
            "the order of the plan, whether you imported all tiers or one. This deck brings both together.\n\n"
            f"{settings.version}: {cards:,} cards on {diagrams} diagrams in all. "
            f"To update, import the newer package{where}. Reviews are kept."
        )

    def _about_kind(self, kind: DeckKind) -> str:
        limits = self._settings.limits
        if kind == "cards":
            return (
                f"The cards that everybody should know: {limits.cards.new} new ones a day over all tiers, in the order "
                f"of the plan ({self._settings.pace.weeks} weeks), and what is due. Click this deck, not a tier below "
                "it: a tier brings its own new cards on top."
            )
        if kind == "deeper":
            if limits.deeper.new:
                return f"Second cards on the same diagrams: {limits.deeper.new} new ones a day over all tiers."
            return (
                "Second cards on the same diagrams. In "
                f"{self._settings.pace.weeks} weeks there is no time for them, so this deck brings no new cards: raise "
                "New cards/day in its options when you have time to spare."
            )
        return (
            f"Pen and paper: {limits.redraw.new} new diagrams a day over all tiers, {limits.redraw.reviews} in all at "
            "most. Answered Good each time, a diagram comes back after about 1, 3, 7, 15, 33 and 73 days."
        )

    def _about_tier(self, number: int, kind: DeckKind) -> str:
        tier = self._settings.plan.tier(number)
        title = for_description(tier.title)
        if kind == "redraw":
            return f"{title}: the diagrams worth redrawing."
        if kind == "redraw-deeper":
            return f"{title}: the other diagrams. New ones come only when you raise New cards/day in the options."
        return f"{for_description(tier.goal)} Weeks {tier.weeks[0]} to {tier.weeks[1]} of {self._settings.plan.weeks}."
