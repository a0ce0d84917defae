"""What the search vector of a matter or a clue holds besides its words: whose it is, who handles it, what it is about.

A common word is found in half of a city's records. Together with the organ, of which the vector knows as well, the
index gives those of the reader alone, and the rare side decides what the search costs. No word of a text begins with
one of these signs: texts give letters and digits only (`kernel.search`).
"""

from __future__ import annotations

from uuid import UUID


def organ_term(organ_id: UUID, *, live: bool) -> str:
    """A matter of the organ; with `live` one that is not ended."""
    return f"{'+' if live else '@'}{organ_id.hex}"


LIVE_TERM = "+"
"""A matter that is not ended, whose ever it is."""


def person_term(person_id: UUID) -> str:
    """Handled by the person at present."""
    return f"={person_id.hex}"


def mode_term(mode: str) -> str:
    """Of the supervision mode (Art. 11)."""
    return f"%{mode}"


def stage_term(stage: str) -> str:
    """At the stage."""
    return f"!{stage}"


def item_term(code: str) -> str:
    """About the content item (Arts. 8 to 10)."""
    return f"#{code}"
