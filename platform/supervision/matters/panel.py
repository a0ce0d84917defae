"""What can be done in a matter now, and why the rest cannot: the machine and policy put together."""

from __future__ import annotations

import dataclasses
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from kernel.machine import Option
from kernel.work import Work
from supervision.matters import case as cases
from supervision.matters import facts as registry
from supervision.matters.case import Case
from supervision.matters.checking import finding_facts
from supervision.matters.facts import Choice
from supervision.matters.findings import FINDING, OPEN_STATES
from supervision.matters.guards import not_recused
from supervision.matters.models import Finding
from supervision.matters.rules import MATTER, MatterFacts
from supervision.matters.telling import untold
from tenants.access import consider

PATHS: Final[dict[str, str]] = {
    "approve_opening": "opening",
    "reject_opening": "opening/reject",
    "assign_handlers": "handlers",
    "record_activity": "activities/new",
    "establish_finding": "findings/new",
    "verify_rectification": "verify",
    "refer_finding": "findings/refer",
    "tell_upper": "upper",
    "propose_closing": "closing",
    "approve_closing": "closing/approve",
    "return_closing": "closing/return",
    "resume": "resumption",
    "look_back": "look-back",
    "reopen": "reopening",
    "order_from_above": "order",
    "enter_act": "acts/new",
    "enter_remedy": "remedies/new",
    "end_remedy": "remedies/end",
    "add_evidence": "evidence/new",
    "suspend": "suspension",
}
"""Action → where its form lies under /matters/{id}/, in the order in which the panel offers them."""

_DRAFTED: Final = {
    "approve_opening": "proposed_by",
    "reject_opening": "proposed_by",
    "approve_closing": "closing_proposed_by",
}
_LEADERS: Final = frozenset({"approve_opening", "approve_closing", "resume"})
"""Acts of the leader that the others wait for: shown to them as refused, with the reason."""
_TEAM_GIVEN: Final = frozenset({"approve_opening", "assign_handlers"})
"""Steps whose form chooses the handlers: who handles the matter until then does not stand in their way."""
_QUIET: Final = frozenset({"end_remedy", "reopen", "drop_finding", "order_from_above", "enter_remedy", "refer_finding"})
"""Acts that nobody expects while their occasion has not come: not listed when they are impossible."""


async def panel(work: Work, case: Case) -> tuple[list[Choice], list[Choice]]:
    """(possible, impossible), the act that the law asks for next first."""
    known = await cases.gather(work, case)
    options = {o.action: o for o in MATTER.options(case.matter.state, known)}
    options |= {o.action: o for o in MATTER.options(case.matter.state, _with_team(known)) if o.action in _TEAM_GIVEN}
    if (verify := options.get("verify_rectification")) is not None and verify.allowed:
        options[verify.action] = await _verifying(work, case, verify, known)
    if (refer := options.get("refer_finding")) is not None and refer.allowed and not case.outside.unexecuted:
        # Of open problems it is offered beside each of them; here only when a decision was not carried out.
        del options["refer_finding"]
    if "tell_upper" in options and not await untold(work, case.matter):
        del options["tell_upper"]
    own = [choice for action in PATHS if (choice := await _choice(work, case, options.get(action))) is not None]
    others = [_without_recused(work, case, c) for c in await registry.choices(work, case.matter)]
    # Once a problem stands, the law asks for an instrument before more checking.
    first = [c for c in others if c.next or (c.allowed and any(f.state in OPEN_STATES for f in case.findings))]
    first.sort(key=lambda choice: not choice.next)
    found = first + own + [c for c in others if c not in first]
    if not any(c.next and c.allowed for c in found):
        found = _mark_next(found)
    return [c for c in found if c.allowed], [c for c in found if not c.allowed]


def _without_recused(work: Work, case: Case, choice: Choice) -> Choice:
    """An act on the matter's documents is closed to an officer who is recused in the matter (Art. 16)."""
    me = work.actor.person_id if work.actor else None
    if not choice.allowed or me not in case.recused:
        return choice
    guard = not_recused(bool)
    return replace(choice, href="", hint="", next=False, articles=["16"], reason=guard.reason, remedy=guard.remedy)


def _with_team(known: MatterFacts) -> MatterFacts:
    """The facts as they will be once the form of the step has named a fit team."""
    return dataclasses.replace(
        known, handler_count=known.handlers_required, handlers_certified=True, any_handler_recused=False
    )


def _mark_next(found: list[Choice]) -> list[Choice]:
    first = next((c for c in found if c.allowed), None)
    return [replace(c, next=True) if c is first else c for c in found]


async def _choice(work: Work, case: Case, option: Option | None) -> Choice | None:
    if option is None:
        return None
    matter, action = case.matter, option.action
    drafter: UUID | None = getattr(matter, _DRAFTED[action]) if action in _DRAFTED else None
    target = case.target(drafters=frozenset({drafter} if drafter else ()))
    verdict, sentence = await consider(work, "matter", action, target)
    if not verdict.allowed:
        expected = verdict.barred or action in _LEADERS or (drafter is not None and _is_me(work, drafter))
        if not expected or not (option.allowed or action in _LEADERS):
            return None
        return Choice(action=action, label=option.label, articles=[verdict.article], reason=sentence)
    if not option.allowed:
        if action in _QUIET:
            return None
        return Choice(
            action=action, label=option.label, articles=[option.article], reason=option.reason, remedy=option.remedy
        )
    return Choice(
        action=action,
        label=option.label,
        articles=[option.article],
        href=f"/matters/{matter.id}/{PATHS[action]}",
        hint=option.hint,
    )


def _is_me(work: Work, person_id: UUID) -> bool:
    return work.actor is not None and work.actor.person_id == person_id


async def _verifying(work: Work, case: Case, option: Option, known: MatterFacts) -> Option:
    """Verifying is possible when it is for one of the open findings; else the reason of the first one."""
    tried = [await verify_option(work, case, f, known) for f in case.findings if f.state in OPEN_STATES]
    if any(o.allowed for o in tried):
        return option
    if not tried:
        reason, remedy = "没有待核验的问题。", "问题认定后、了结前由承办人核验。"
        return Option(option.action, option.label, False, reason, option.article, remedy, option.hint)
    first = tried[0]
    return Option(option.action, option.label, False, first.reason, first.article, first.remedy, option.hint)


async def verify_option(work: Work, case: Case, finding: Finding, of_matter: MatterFacts) -> Option:
    """Whether the actor may verify this finding now, and if not, why."""
    known = await finding_facts(work, case, finding, of_matter)
    return next(o for o in FINDING.options(finding.state, known) if o.action == "verify_rectified")
