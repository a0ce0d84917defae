"""The pages. Each module exposes `ROUTES`; add the import and the line below, in alphabetical order."""

from __future__ import annotations

from typing import Any

from web.pages import (
    accounts,
    admin,
    audit,
    auth,
    clue_steps,
    clues,
    deadlines,
    decisions,
    delegations,
    desk,
    documents,
    escalations,
    inbox,
    inbox_rights,
    instrument_editor,
    instruments,
    matter_bulk,
    matter_new,
    matter_steps,
    matters,
    notices,
    organs,
    report_acts,
    reports,
    status,
)
from web.pages import help as help_pages

PAGES: list[Any] = [
    *accounts.ROUTES,
    *admin.ROUTES,
    *audit.ROUTES,
    *auth.ROUTES,
    *clue_steps.ROUTES,
    *clues.ROUTES,
    *deadlines.ROUTES,
    *decisions.ROUTES,
    *delegations.ROUTES,
    *desk.ROUTES,
    *documents.ROUTES,
    *escalations.ROUTES,
    *help_pages.ROUTES,
    *inbox.ROUTES,
    *inbox_rights.ROUTES,
    *instrument_editor.ROUTES,
    *instruments.ROUTES,
    *matter_bulk.ROUTES,
    *matter_new.ROUTES,
    *matter_steps.ROUTES,
    *matters.ROUTES,
    *notices.ROUTES,
    *organs.ROUTES,
    *report_acts.ROUTES,
    *reports.ROUTES,
    *status.ROUTES,
]
