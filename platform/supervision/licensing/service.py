"""Licensing and the two-year bar (Arts. 6, 10(4), 21): the only door. Each topic has a module of its own."""

from __future__ import annotations

from supervision.licensing.applying import apply, withdraw
from supervision.licensing.bars import cancel_qualification, look_up, refusal_of, set_aside
from supervision.licensing.deciding import approve, check, issue, refuse
from supervision.licensing.reading import TABS, applicable, application, applications, bars, is_department, may_apply
from supervision.licensing.repository import count_pending
from supervision.licensing.sweeps import end_suspensions, lift_bars, recheck_applications
from supervision.licensing.withholding import certificate, restore, suspend, take_back

__all__ = [
    "TABS",
    "applicable",
    "application",
    "applications",
    "apply",
    "approve",
    "bars",
    "cancel_qualification",
    "certificate",
    "check",
    "count_pending",
    "end_suspensions",
    "is_department",
    "issue",
    "lift_bars",
    "look_up",
    "may_apply",
    "recheck_applications",
    "refusal_of",
    "refuse",
    "restore",
    "set_aside",
    "suspend",
    "take_back",
    "withdraw",
]
