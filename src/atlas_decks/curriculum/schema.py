"""JSON schemas of the two kinds of files, for editors that complete keys and mark slips while one writes.

They are made from the models, in the dialect of pydantic: https://json-schema.org/draft/2020-12. What spans several
keys, such as a trade-off that has neither gains nor costs, only `check` sees.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from atlas_decks.curriculum.models import DiagramSpec, FileHead, Plan, Point

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class SubjectFile(FileHead):
    """A subject file: the head of it, and its diagrams."""

    diagrams: tuple[DiagramSpec, ...] = Field(min_length=1)


def schemas() -> Mapping[str, dict[str, Any]]:
    """The schema of each kind of file by its name: `atlas` of atlas.yaml, `subject` of the files beside it."""
    atlas = Plan.model_json_schema(mode="validation")
    point = atlas["$defs"][Point.__name__]
    text = point["properties"]["text"]
    atlas["$defs"][Point.__name__] = {"anyOf": [text, point], "description": point.pop("description")}
    made = {"atlas": atlas, "subject": SubjectFile.model_json_schema(mode="validation")}
    return {name: {"$schema": DIALECT, **_plain(schema)} for name, schema in made.items()}


def _plain(schema: Any) -> Any:
    """Without the titles that pydantic makes of names, and with descriptions in one line."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _plain(value) for key, value in schema.items() if key != "title" or not isinstance(value, str)}
    if isinstance(about := kept.get("description"), str):
        kept["description"] = " ".join(about.replace("`", "").split())
    return kept
