"""What is handed in about recusals and interests."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec


class DeclareInterest(msgspec.Struct, frozen=True, kw_only=True):
    """A standing declaration. An organ of the register, or a counterpart by name and credit code."""

    holder: str
    """self, spouse, parent, child, sibling, grandparent, in_law or other_kin."""
    relative_name: str = ""
    subject_organ_id: UUID | None = None
    subject_name: str = ""
    subject_code: str = ""
    nature: str
    """employment, shareholding, dispute, creditor or other."""
    note: str = ""
    from_on: date | None = None
    until_on: date | None = None


class DecideRecusal(msgspec.Struct, frozen=True, kw_only=True):
    """A decision on a recusal. `replacement_post_id`: who takes over at once."""

    granted: bool
    reason: str
    replacement_post_id: UUID | None = None
