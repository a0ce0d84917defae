"""From records to the hard checks before issue, and to what an organ may draft in a matter (Arts. 2, 5, 16, 19)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from kernel.work import Work
from policy.rulebook import RuleBook
from supervision.deadlines import service as deadlines
from supervision.deadlines.rules import Term, compute
from supervision.instruments import events, repository
from supervision.instruments.case import KINDS, Case
from supervision.instruments.checks import Check, IssueFacts, hard_checks
from supervision.instruments.kinds import (
    Earlier,
    KindRule,
    Refusal,
    kind_refusal,
    sequence_refusal,
    vertical_content_refusal,
)
from supervision.instruments.models import Instrument
from supervision.matters.limits import limits_of
from supervision.matters.models import Handler, Matter
from supervision.matters.repository import offices
from tenants.access import Target, consider
from tenants.organs.directory import Directory, directory

HINTS = {
    "urging_letter": "要求限期处理并书面报告",
    "opinion": "指出违法或者不当，要求改正",
    "internal_notice": "条线、内部监督中督促整改",
}


class KindOption(msgspec.Struct, frozen=True, kw_only=True):
    """One kind in the editor: possible, or not with the reason, the article and what to do instead."""

    key: str
    name: str
    short_name: str
    hint: str
    article: str
    allowed: bool
    reason: str = ""
    remedy: str = ""
    term_amount: int
    term_unit: str
    term_name: str
    form: str


def kind_rules(book: RuleBook) -> dict[str, KindRule]:
    """What the rule book says of the kinds that are drafted here."""
    return {
        rule.key: KindRule(rule.key, rule.name, frozenset(rule.signed_by), frozenset(rule.relations), rule.article)
        for rule in book.instruments
        if rule.key in (*KINDS, "decision")
    }


def superior_of(tree: Directory, organ_id: UUID) -> UUID | None:
    """The upper department in the line of a vertical or dual-led body; None when it lies outside the city."""
    return tree.get(organ_id).parent_id


async def earlier_on(work: Work, matter_id: UUID, finding_ids: Iterable[UUID], but: UUID | None) -> list[Earlier]:
    """Instruments of the matter that cover one of the findings."""
    rows = [row for row in await repository.of_matter(work, matter_id) if row.id != but]
    covered = await repository.covered(work, [row.id for row in rows])
    wanted = set(finding_ids)
    return [Earlier(row.kind, row.state) for row in rows if covered.get(row.id, set()) & wanted]


_REPORTED = Refusal("已就同一问题报告本级政府。", "20", "请等待政府决定；需要另行处理的，先撤回报告。")


async def _reported(work: Work, matter_id: UUID, finding_ids: Iterable[UUID], but: UUID | None) -> Refusal | None:
    """Nothing more is drafted on a problem that lies with the government (Art. 20)."""
    rows = [row for row in await repository.of_matter(work, matter_id) if row.id != but]
    covered = await repository.covered(work, [row.id for row in rows])
    wanted = set(finding_ids)
    for row in rows:
        if covered.get(row.id, set()) & wanted and events.REPORT_RESTS in await events.claims(work, row):
            return _REPORTED
    return None


async def kind_options(
    work: Work, matter: Matter, finding_ids: Sequence[UUID] = (), but: UUID | None = None
) -> list[KindOption]:
    """The kinds as the editor shows them for this matter, for the acting person."""
    book = await deadlines.rulebook(work, matter.rulebook_key)
    tree = await directory(work)
    rules = kind_rules(book)
    issuer_class = tree.organ_class(matter.organ_id)
    async with work.acting_as(matter.organ_id):
        # Whoever drafts, an assisting office too: the report itself is for the department and the government.
        reported = await _reported(work, matter.id, finding_ids, but) if finding_ids else None
    found: list[KindOption] = []
    for kind in KINDS:
        if kind == "internal_notice" and matter.relation not in rules[kind].relations:
            continue
        earlier = await earlier_on(work, matter.id, finding_ids, but) if finding_ids else []
        refusal = (
            kind_refusal(kind, matter.relation, issuer_class, rules) or reported or sequence_refusal(kind, earlier)
        )
        found.append(await _option(work, matter, book, kind, refusal))
    return found


async def _option(work: Work, matter: Matter, book: RuleBook, kind: str, refusal: Refusal | None) -> KindOption:
    rule, term = book.instrument(kind), book.deadline(f"instrument.answer.{kind}")
    reason, remedy, article = (refusal.reason, refusal.remedy, refusal.article) if refusal else ("", "", rule.article)
    if refusal is None:
        target = Target(
            matter.organ_id, matter.supervised_id, matter.relation, assisting=await offices(work, matter.id)
        )
        verdict, sentence = await consider(work, f"instrument:{kind}", "draft", target)
        if not verdict.allowed:
            reason, article = sentence, verdict.article
    return KindOption(
        key=kind,
        name=rule.name,
        short_name=rule.short_name,
        hint=HINTS[kind],
        article=article,
        allowed=not reason,
        reason=reason,
        remedy=remedy,
        term_amount=term.amount,
        term_unit=term.unit,
        term_name=term.name,
        form=rule.form,
    )


def term_of(instrument: Instrument, book: RuleBook) -> Term:
    """The time limit that the document sets, with the rule-book entry that it follows."""
    key = "decision.execution" if instrument.kind == "decision" else f"instrument.answer.{instrument.kind}"
    rule = book.deadline(key)
    same = (rule.amount, rule.unit) == (instrument.term_amount, instrument.term_unit)
    source = rule.source if same else "由文书确定"
    return Term(instrument.term_amount, instrument.term_unit, key, source, rule.article)  # type: ignore[arg-type]


async def certified(work: Work, handlers: Sequence[Handler]) -> bool:
    """Whether every handler holds a supervision certificate that is valid today."""
    posts = await repository.posts(work, [handler.post_id for handler in handlers])
    held = [posts.get(handler.post_id) for handler in handlers]
    return bool(held) and all(
        post is not None
        and post.certificate_no != ""
        and (post.certificate_until is None or post.certificate_until >= work.today)
        for post in held
    )


async def issue_facts(work: Work, case: Case) -> IssueFacts:
    """Everything that the checks look at, read now."""
    instrument, matter, book = case.instrument, case.matter, case.book
    tree = await directory(work)
    covered = case.covered()
    relation = tree.relation(instrument.organ_id, instrument.addressee_id)
    superior = superior_of(tree, instrument.addressee_id) if instrument.relation == "vertical" else None
    evidence = await repository.files(work, "finding", [finding.id for finding in covered])
    proven = {file.owner_id for file in evidence}
    days = await deadlines.calendar(work)
    due = compute(work.today, term_of(instrument, book), days).due
    words = " ".join([instrument.opening, instrument.title, *(file.name for file in evidence)])
    words += " ".join(f"{line.text} {line.finding_title} {line.finding_facts}" for line in case.requirements)
    items = [finding.content_item for finding in covered]
    return IssueFacts(
        kind=instrument.kind,
        relation=instrument.relation,
        kind_obstacle=kind_refusal(
            instrument.kind, instrument.relation, tree.organ_class(instrument.organ_id), kind_rules(book)
        ),
        content_obstacle=vertical_content_refusal(instrument.relation, items, limits_of(book).vertical_items),
        sequence_obstacle=sequence_refusal(
            instrument.kind,
            await earlier_on(work, matter.id, [finding.id for finding in covered], instrument.id),
        ),
        relation_live=relation is not None,
        superior_copied=superior is None or superior in instrument.copies_to,
        findings_without_evidence=sum(finding.id not in proven for finding in covered),
        findings_without_provision=sum(not finding.provision.strip() for finding in covered),
        due_is_workday=days.is_workday(due),
        due_explained=True,
        handlers=len(case.handlers),
        handlers_required=book.limit("matter.handlers"),
        handlers_certified=await certified(work, case.handlers),
        any_recused=any(handler.person_id in case.recused for handler in case.handlers),
        complainant_named=any(name in words for name in await events.protected_names(work, matter.id)),
        secret=False,
        copies_complete=superior is None or superior in instrument.copies_to,
        receipt_open=True,
    )


async def checks(work: Work, case: Case) -> list[Check]:
    """The list that the pages show before approval and issue."""
    return hard_checks(await issue_facts(work, case))
