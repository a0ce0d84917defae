"""The yearly supervision plan (Arts. 5, 11): the only door. Each topic has a module of its own."""

from __future__ import annotations

from supervision.plans.drafting import approve, publish, revise, save, start, take_back
from supervision.plans.exporting import export
from supervision.plans.linking import activity_choices, choices, link, link_activity
from supervision.plans.reading import may_draft, plan, plans, published

__all__ = [
    "activity_choices",
    "approve",
    "choices",
    "export",
    "link",
    "link_activity",
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
