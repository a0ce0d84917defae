"""The JSON API under /api/v1. Each module exposes `ROUTES`; add its import and its line, in alphabetical order."""

from __future__ import annotations

from typing import Any

from web.api import (
    administration,
    audit,
    auth,
    bodies,
    clue_steps,
    clues,
    decisions,
    delegations,
    deliveries,
    desk,
    escalations,
    instrument_steps,
    instruments,
    licences,
    matter_facts,
    matter_steps,
    matters,
    officers,
    organs,
    papers,
    reports,
    status,
    system,
)

API: list[Any] = [
    *administration.ROUTES,
    *audit.ROUTES,
    *auth.ROUTES,
    *bodies.ROUTES,
    *clue_steps.ROUTES,
    *clues.ROUTES,
    *decisions.ROUTES,
    *delegations.ROUTES,
    *deliveries.ROUTES,
    *desk.ROUTES,
    *escalations.ROUTES,
    *instrument_steps.ROUTES,
    *instruments.ROUTES,
    *licences.ROUTES,
    *matter_facts.ROUTES,
    *matter_steps.ROUTES,
    *matters.ROUTES,
    *officers.ROUTES,
    *organs.ROUTES,
    *papers.ROUTES,
    *reports.ROUTES,
    *status.ROUTES,
    *system.ROUTES,
]
