"""The yearly supervision plan (Arts. 5, 11): the only door. Each topic has a module of its own."""

from __future__ import annotations

from supervision.plans.drafting import approve, publish, revise, save, start, take_back
from supervision.plans.exporting import export
from supervision.plans.linking import choices, link
from supervision.plans.reading import may_draft, plan, plans, published

__all__ = [
    "approve",
    "choices",
    "export",
    "link",
    "may_draft",
    "plan",
    "plans",
    "publish",
    "published",
    "revise",
    "save",
    "start",
    "take_back",
]
