"""The JSON API under /api/v1. Each module exposes `ROUTES`; add its import and its line, in alphabetical order."""

from __future__ import annotations

from typing import Any

from web.api import (
    administration,
    audit,
    auth,
    clue_steps,
    clues,
    decisions,
    delegations,
    deliveries,
    desk,
    escalations,
    figures,
    instrument_steps,
    instruments,
    matter_facts,
    matter_steps,
    matters,
    organs,
    papers,
    recusals,
    reports,
    return_boards,
    returns,
    status,
    system,
)

API: list[Any] = [
    *administration.ROUTES,
    *audit.ROUTES,
    *auth.ROUTES,
    *clue_steps.ROUTES,
    *clues.ROUTES,
    *decisions.ROUTES,
    *delegations.ROUTES,
    *deliveries.ROUTES,
    *desk.ROUTES,
    *escalations.ROUTES,
    *figures.ROUTES,
    *instrument_steps.ROUTES,
    *instruments.ROUTES,
    *matter_facts.ROUTES,
    *matter_steps.ROUTES,
    *matters.ROUTES,
    *organs.ROUTES,
    *papers.ROUTES,
    *recusals.ROUTES,
    *reports.ROUTES,
    *return_boards.ROUTES,
    *returns.ROUTES,
    *status.ROUTES,
    *system.ROUTES,
]
