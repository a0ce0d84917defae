"""What the steps of an instrument take as input."""

from __future__ import annotations

from uuid import UUID

import msgspec

REPLY_STATUSES = {"done": "已办结", "in_progress": "办理中", "cannot": "不能办理"}


class RequirementInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the instrument asks for about one finding. The text may be empty in a draft."""

    finding_id: UUID
    text: str = ""


class DraftInstrument(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A draft. Without `term_amount` the rule book's own term for the kind is taken."""

    matter_id: UUID
    kind: str
    requirements: tuple[RequirementInput, ...] = ()
    term_amount: int | None = None
    term_unit: str | None = None
    opening: str = ""
    copies_to: tuple[UUID, ...] = ()
    contact: str = ""


class PaperService(msgspec.Struct, frozen=True, kw_only=True):
    """Service on paper: the day, who received it, and what proves it."""

    served_on: str
    receiver: str
    proof: str


class ReplyItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The answer to one requirement: `status` is done, in_progress or cannot; empty while not yet filled in."""

    no: int
    status: str = ""
    text: str = ""


class ReplyInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The written report as far as it is written. `refuses`: the organ declares that it will not comply."""

    items: tuple[ReplyItem, ...] = ()
    general: str = ""
    refuses: bool = False


class Verification(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a handler found about one finding after reading the report."""

    finding_id: UUID
    rectified: bool
    note: str = ""


class ExtensionInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An application for more time: length, reasons, and what has been done so far."""

    amount: int
    unit: str = "working_day"
    reason: str = ""
    steps_taken: str = ""
