"""Recusal (Art. 16): the only door. Declared, applied for or ordered; decided by the principal leader; lifted."""

from __future__ import annotations

from supervision.matters import facts as registry
from supervision.recusals import conflicts, ladder
from supervision.recusals.conflicts import clear_conflict, matter_conflicts
from supervision.recusals.deciders import Decider, decider_of
from supervision.recusals.deciding import decide_recusal, lift_recusal, order_recusal
from supervision.recusals.declaring import apply_recusal, declare_recusal
from supervision.recusals.interests import (
    declare_interest,
    declares,
    end_interest,
    interest,
    interests,
    require_declares,
    reveal_relative,
    reviews,
)
from supervision.recusals.provider import RECUSALS
from supervision.recusals.reading import (
    application_view,
    applications,
    applies,
    lists_recusals,
    orderable,
    recusal,
    recusals,
    to_decide,
)
from supervision.recusals.rules import HOLDERS, NATURES
from supervision.recusals.steps import settle_step

__all__ = [
    "HOLDERS",
    "NATURES",
    "Decider",
    "application_view",
    "applications",
    "applies",
    "apply_recusal",
    "clear_conflict",
    "decide_recusal",
    "decider_of",
    "declare_interest",
    "declare_recusal",
    "declares",
    "end_interest",
    "interest",
    "interests",
    "lift_recusal",
    "lists_recusals",
    "matter_conflicts",
    "order_recusal",
    "orderable",
    "recusal",
    "recusals",
    "require_declares",
    "reveal_relative",
    "reviews",
    "settle_step",
    "to_decide",
]

registry.register(RECUSALS)
registry.register_conflicts(conflicts.conflicted)
registry.listen(conflicts.on_matter)
ladder.connect()
