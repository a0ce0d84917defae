"""Clues: registered, triaged, dealt with, answered (Art. 17). The only door to their rows.

`register` → intake.py, what becomes of it → triage.py, how it ends → outcome.py, lists and pages → reading.py.
"""

from __future__ import annotations

from supervision.clues.intake import attach, handling_organ, register
from supervision.clues.outcome import answer, matter_closed, open_matter, opening_decided
from supervision.clues.reading import (
    attachment,
    complainant,
    count_by_state,
    duplicates,
    likely,
    list_clues,
    near,
    view,
)
from supervision.clues.standing import competent, load
from supervision.clues.triage import accept, dismiss, extend, merge, pass_on, propose_dismissal, revise, set_subject

__all__ = [
    "accept",
    "answer",
    "attach",
    "attachment",
    "competent",
    "complainant",
    "count_by_state",
    "dismiss",
    "duplicates",
    "extend",
    "handling_organ",
    "likely",
    "list_clues",
    "load",
    "matter_closed",
    "merge",
    "near",
    "open_matter",
    "opening_decided",
    "pass_on",
    "propose_dismissal",
    "register",
    "revise",
    "set_subject",
    "view",
]
