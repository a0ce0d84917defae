"""The rule book's values for the checks of what is entered in a matter."""

from __future__ import annotations

from typing import Final

from policy.rulebook import RuleBook
from supervision.matters.inputs import MatterLimits

TITLE_MAX: Final = 60
TEXT_MIN: Final = 10
TEXT_MAX: Final = 4000


def limits_of(book: RuleBook) -> MatterLimits:
    """The limits under a rule book."""
    items = frozenset(item.code for item in book.content_items)
    return MatterLimits(
        title_max=TITLE_MAX,
        text_min=TEXT_MIN,
        text_max=TEXT_MAX,
        handlers_required=book.limit("matter.handlers"),
        vertical_items=book.content_over("vertical"),
        content_items=items,
        measures=frozenset(measure.key for measure in book.measures),
        gravities=frozenset(gravity.key for gravity in book.gravities),
    )
