"""Matters (Arts. 11, 13, 14, 16, 19, 20): the only door. Each topic has a module of its own."""

from __future__ import annotations

from uuid import UUID

from kernel.work import Work
from supervision.matters import case as cases
from supervision.matters.case import Case, certified, gather, refresh
from supervision.matters.case import load as load_case
from supervision.matters.checking import (
    add_evidence,
    drop_finding,
    enter_act,
    establish_finding,
    move_finding,
    record_activity,
    verify_rectification,
)
from supervision.matters.closing import (
    ORDERS,
    approve_closing,
    look_back,
    order_from_above,
    propose_closing,
    reopen,
    resume,
    return_closing,
    suspend,
)
from supervision.matters.departures import end_assignments
from supervision.matters.evidence import keep as keep_evidence
from supervision.matters.export import export
from supervision.matters.listing import MatterFilter, count, count_by_view, export_rows, list_matters, rows_of
from supervision.matters.models import Finding, Matter
from supervision.matters.opening import approve_opening, assign_handlers, candidates, propose, reject_opening
from supervision.matters.reading import counterpart, evidence_file, evidence_view, view
from supervision.matters.recusals import decide_recusal, declare_recusal
from supervision.matters.remedying import blocked, end_remedy, enter_remedy, require_unblocked
from supervision.matters.rules import MatterFacts

__all__ = [
    "ORDERS",
    "Case",
    "MatterFilter",
    "add_evidence",
    "approve_closing",
    "approve_opening",
    "assign_handlers",
    "blocked",
    "candidates",
    "certified",
    "count",
    "count_by_view",
    "counterpart",
    "decide_recusal",
    "declare_recusal",
    "drop_finding",
    "end_assignments",
    "end_remedy",
    "enter_act",
    "enter_remedy",
    "establish_finding",
    "evidence_file",
    "evidence_view",
    "export",
    "export_rows",
    "facts",
    "findings_of",
    "get",
    "keep_evidence",
    "list_matters",
    "load_case",
    "look_back",
    "move_finding",
    "order_from_above",
    "propose",
    "propose_closing",
    "record_activity",
    "refresh_stage",
    "reject_opening",
    "reopen",
    "require_unblocked",
    "resume",
    "return_closing",
    "rows_of",
    "suspend",
    "verify_rectification",
    "view",
]

refresh_stage = refresh
"""Recompute stage, nearest end, handlers and search terms of a matter, in the tenancy of its organ. The parts
above call it whenever a document of the matter moved."""


async def get(work: Work, matter_id: UUID) -> Matter:
    """The bare row. Raises NotFound outside the reader's scope. Asks no policy: for other services only."""
    return (await cases.load(work, matter_id)).matter


async def findings_of(work: Work, matter_id: UUID) -> list[Finding]:
    """The findings of a matter in order. Asks no policy: for other services only."""
    return (await cases.load(work, matter_id)).findings


async def facts(work: Work, matter: Matter) -> MatterFacts:
    """What the rules of the matter look at for the acting officer now."""
    return await gather(work, await cases.load(work, matter.id))
