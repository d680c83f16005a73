"""Which numbers are about money."""

from __future__ import annotations

import re

from atlas_decks.curriculum.models import Metric

_MONEY = re.compile(r"[$€£¥]|\b(?:USD|EUR|GBP|dollars?|euros?|cents?)\b", re.I)


def about_money(metric: Metric) -> bool:
    """Whether a number says what something costs."""
    return bool(_MONEY.search(f"{metric.prompt} {metric.answer} {metric.formula or ''}"))
