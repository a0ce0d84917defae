"""The steps of an act in the order of the procedure: which are known, and which the record should have and has not.

What is missing is shown for a person to look at; whether it breaks the law, the rule models say. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from kernel.clock import local_date
from supervision.records.fields import CELLS, CODES, label, word
from supervision.records.models import EnforcementRecord
from supervision.records.views import EnforcementFact, EnforcementStep

STEPS: Final = {
    "penalty": (
        "clue_received_on", "filed_on", "evidence_registered_on", "evidence_handled_on", "survey_ended_on",
        "correction_ordered_on", "legal_review_on", "notice_served_on", "defence_due_on", "defence_received_on",
        "hearing_requested_on", "hearing_notice_served_on", "hearing_held_on", "discussed_on", "decided_on",
        "served_on", "published_on", "filed_up_on", "due_on", "paid_on", "urged_on", "court_applied_on",
        "transferred_on", "withdrawn_on", "closed_on",
    ),
    "licence": (
        "received_on", "accepted_on", "hearing_held_on", "extended_on", "decided_on", "delivered_on", "published_on",
    ),
    "coercion": (
        "approved_on", "executed_at", "reported_at", "held_from", "held_to", "extended_on", "released_on", "urged_on",
        "decided_on", "served_on", "court_applied_on", "closed_on",
    ),
    "inspection": ("approved_on", "notice_served_on", "done_on", "published_on"),
    "collection": ("decided_on", "served_on", "due_on", "paid_on", "urged_on", "closed_on"),
    "requisition": ("decided_on", "served_on", "paid_on", "closed_on"),
    "other_act": ("received_on", "accepted_on", "decided_on", "served_on", "closed_on"),
}  # fmt: skip
ASKED: Final = {
    "inspection": ("approved_on", "done_on"),
    "collection": ("decided_on", "served_on", "due_on"),
    "requisition": ("decided_on", "served_on"),
    "other_act": ("decided_on",),
}
"""The steps that every act of these kinds should show."""
WITHOUT_PROCEDURE: Final = frozenset({"credit"})
"""Sources whose field set never had the steps: nothing is missing there."""


def _asked(row: EnforcementRecord) -> Iterator[str]:
    """The steps that an act of this kind, as far as it has come, should show."""
    if row.kind == "penalty":
        yield from _asked_of_penalty(row)
    elif row.kind == "licence":
        yield from ("received_on", "accepted_on", "decided_on")
        if row.decided_on and row.result == "granted":
            yield from ("delivered_on", "published_on")
    elif row.kind == "coercion":
        yield from ("approved_on", "executed_at", "served_on")
        if row.measure in ("seal", "seize", "freeze"):
            yield from ("held_from", "held_to", "released_on")
    else:
        yield from ASKED[row.kind]


def _asked_of_penalty(row: EnforcementRecord) -> Iterator[str]:
    if row.procedure != "simple":
        yield from ("filed_on", "notice_served_on", "survey_ended_on")
    if row.is_major:
        yield from ("legal_review_on", "discussed_on", "filed_up_on")
    if row.hearing_requested_on and not row.withdrawn_on:
        yield from ("hearing_notice_served_on", "hearing_held_on")
    if row.decided_on:
        yield from ("served_on", "published_on")
        yield from ("due_on", "paid_on") if row.fine_fen else ()
    elif not row.withdrawn_on and not row.closed_on:
        yield "decided_on"


def steps(row: EnforcementRecord) -> list[EnforcementStep]:
    """Known steps by their days, then the missing ones, in the order of the procedure."""
    asked = frozenset() if row.source in WITHOUT_PROCEDURE else frozenset(_asked(row))
    made = [_step(row, name, name in asked) for name in STEPS[row.kind]]
    shown = [s for s in made if s.day is not None or s.missing or s.state]
    return sorted(shown, key=lambda s: (s.day is None, s.day or date.max))


def _step(row: EnforcementRecord, name: str, asked: bool) -> EnforcementStep:
    found: Any = getattr(row, name)
    day = local_date(found) if isinstance(found, datetime) else found
    state = str(row.quality.get(name, ""))
    return EnforcementStep(
        field=name, label=label(name), day=day, missing=asked and day is None and state != "none", state=state
    )


_ELSEWHERE: Final = frozenset(
    {
        "kind", "external_id", "version", "source", "case_no", "title", "party_kind", "party_name", "party_uscc",
        "basis", "officers", "documents", "media", "goods", "excluded", "extensions", "quality",
    }
)  # fmt: skip


def facts(row: EnforcementRecord) -> list[EnforcementFact]:
    """Every other field that the record has, in words."""
    days = {name for names in STEPS.values() for name in names}
    made = []
    for name in CELLS:
        if name in _ELSEWHERE or name in days:
            continue
        found = getattr(row, name) if hasattr(row, name) else row.detail.get(name)
        state = str(row.quality.get(name, ""))
        if state or found not in (None, "", [], {}):
            made.append(EnforcementFact(field=name, label=label(name), text=shown(name, found), state=state))
    return made


def shown(name: str, value: Any) -> str:
    """A value as a reader expects it: amounts in yuan, codes in words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if name.endswith("_fen"):
        return f"{value / 100:,.2f} 元"
    if isinstance(value, list):
        return "、".join(shown(name, one) for one in value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return word(name, str(value)) if name in CODES else str(value)
