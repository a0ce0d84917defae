"""Conditions that every procedure of supervision shares, so that they read the same everywhere.

Each function takes the question to put to the facts and returns the guard. Recusal is a statutory bar
(Art. 16); the separation of drafter and approver, and of owner and verifier, is an ordinary refusal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from kernel.machine import Guard

F = TypeVar("F")


def not_recused(recused: Callable[[F], bool]) -> Guard[F]:
    """No step by an officer whose recusal is declared, applied for or in force (Art. 16)."""
    return Guard(
        holds=lambda facts: not recused(facts),
        reason="您在本事项中已申报、被申请或者被决定回避，回避期间不得办理。",
        article="16",
        remedy="由单位负责人另行指派承办人办理。",
        barred=True,
    )


def not_drafter(drafter: Callable[[F], bool], article: str) -> Guard[F]:
    """Nobody approves what they drafted or proposed."""
    return Guard(
        holds=lambda facts: not drafter(facts),
        reason="起草人、提出人不得审批自己起草、提出的内容。",
        article=article,
        remedy="请由其他负责人审批。",
    )


def not_owner(owner: Callable[[F], bool], article: str) -> Guard[F]:
    """Nobody verifies their own rectification or execution: not the supervised organ, nor, inside one organ, the
    responsible unit and officers."""
    return Guard(
        holds=lambda facts: not owner(facts),
        reason="被监督机关、整改责任单位和责任人不得核验自己的整改和执行情况。",
        article=article,
        remedy="由监督机构、法制机构中与整改无关的承办人核验。",
    )


def on_case(assigned: Callable[[F], bool]) -> Guard[F]:
    """Only those whom the matter names as handlers, or as assistants of the handlers, work on it."""
    return Guard(
        holds=assigned,
        reason="您不是本事项的承办人。",
        article="13",
        remedy="由承办人办理，或者由负责人先行指派。",
    )


def reasoned(given: Callable[[F], bool], article: str, remedy: str = "请写明理由。") -> Guard[F]:
    """The step needs a reason, which stays in the record."""
    return Guard(holds=given, reason="办理这一步应当说明理由。", article=article, remedy=remedy)
