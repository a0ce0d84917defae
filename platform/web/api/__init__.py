"""The JSON API under /api/v1. Each module exposes `ROUTES`; add its import and its line, in alphabetical order."""

from __future__ import annotations

from typing import Any

from web.api import auth, clues, decisions, deliveries, desk, instruments, matters, organs, system

API: list[Any] = [
    *auth.ROUTES,
    *clues.ROUTES,
    *decisions.ROUTES,
    *deliveries.ROUTES,
    *desk.ROUTES,
    *instruments.ROUTES,
    *matters.ROUTES,
    *organs.ROUTES,
    *system.ROUTES,
]
