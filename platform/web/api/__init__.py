"""The JSON API under /api/v1. Each module exposes `ROUTES`; add its import and its line, in alphabetical order."""

from __future__ import annotations

from typing import Any

from web.api import (
    administration,
    appointments,
    audit,
    auth,
    clue_steps,
    clues,
    decisions,
    delegations,
    deliveries,
    desk,
    escalations,
    instrument_steps,
    instruments,
    matter_facts,
    matter_steps,
    matters,
    organs,
    papers,
    recusals,
    reports,
    rule_changes,
    status,
    system,
)

API: list[Any] = [
    *administration.ROUTES,
    *appointments.ROUTES,
    *audit.ROUTES,
    *auth.ROUTES,
    *clue_steps.ROUTES,
    *clues.ROUTES,
    *decisions.ROUTES,
    *delegations.ROUTES,
    *deliveries.ROUTES,
    *desk.ROUTES,
    *escalations.ROUTES,
    *instrument_steps.ROUTES,
    *instruments.ROUTES,
    *matter_facts.ROUTES,
    *matter_steps.ROUTES,
    *matters.ROUTES,
    *organs.ROUTES,
    *papers.ROUTES,
    *recusals.ROUTES,
    *reports.ROUTES,
    *rule_changes.ROUTES,
    *status.ROUTES,
    *system.ROUTES,
]
