"""What the editor of an instrument puts together: its fields, the kinds, the limit and the preview."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kernel.errors import FieldError, Invalid
from kernel.wording import format_due
from kernel.work import Work
from policy.articles import display
from policy.rulebook import RuleBook
from policy.vocabulary import RELATION_LABELS
from supervision.deadlines import service as deadlines
from supervision.deadlines.rules import DeadlineFacts, Term, compute, day_strip, notes
from supervision.instruments import service as instruments
from supervision.matters import service as matters
from supervision.matters.findings import OPEN_STATES
from supervision.matters.models import Matter
from tenants.organs.directory import directory
from web.forms import Form

LENGTHS = (5, 10, 15, 30)
UNITS = (("working_day", "工作日"), ("calendar_day", "自然日"))
FORMS = {"letter": "信函格式 GB/T 9704", "standard": "公文格式 GB/T 9704", "upward": "上行文格式 GB/T 9704"}


@dataclass(slots=True)
class Draft:
    """The fields of the editor as they stand on the page."""

    matter_id: UUID
    kind: str = ""
    findings: list[UUID] = field(default_factory=list)
    texts: dict[UUID, str] = field(default_factory=dict)
    amount: int | None = None
    unit: str = ""
    opening: str = ""
    copies: list[UUID] = field(default_factory=list)
    contact: str = ""

    def command(self) -> instruments.DraftInstrument:
        return instruments.DraftInstrument(
            matter_id=self.matter_id,
            kind=self.kind,
            requirements=tuple(
                instruments.RequirementInput(finding_id=i, text=self.texts.get(i, "")) for i in self.findings
            ),
            term_amount=self.amount,
            term_unit=self.unit or None,
            opening=self.opening,
            copies_to=tuple(self.copies),
            contact=self.contact,
        )


def from_form(form: Form, matter_id: UUID) -> Draft:
    """The editor's fields as submitted."""
    findings = form.ids("findings")
    length = form.integer("term_other", least=1, most=180) or form.integer("term_amount", least=1, most=180)
    copies = form.ids("copies")
    added = form.id("copy_add")
    return Draft(
        matter_id=matter_id,
        kind=form.text("kind"),
        findings=findings,
        texts={UUID(k[5:]): v for k, v in form.values.items() if k.startswith("text-") and len(k) == 41},
        amount=length,
        unit=form.text("term_unit"),
        opening=form.text("opening"),
        copies=[*copies, added] if added and added not in copies else copies,
        contact=form.text("contact"),
    )


def from_case(case: instruments.Case) -> Draft:
    """The editor's fields of a stored draft."""
    row = case.instrument
    return Draft(
        matter_id=row.matter_id,
        kind=row.kind,
        findings=[line.finding_id for line in case.requirements],
        texts={line.finding_id: line.text for line in case.requirements},
        amount=row.term_amount,
        unit=row.term_unit,
        opening=row.opening,
        copies=list(row.copies_to),
        contact=row.contact,
    )


async def fresh(work: Work, matter: Matter, kind: str) -> Draft:
    """A new draft on every open finding; the kind stays open unless the address names one that is possible."""
    found = [f.id for f in await matters.findings_of(work, matter.id) if f.state in OPEN_STATES]
    options = await instruments.kind_options(work, matter, found)
    chosen = kind if any(option.key == kind and option.allowed for option in options) else ""
    tree = await directory(work)
    superior = instruments.superior_of(tree, matter.supervised_id) if matter.relation == "vertical" else None
    return Draft(matter_id=matter.id, kind=chosen, findings=found, copies=[superior] if superior else [])


async def editor(
    work: Work, matter: Matter, draft: Draft, errors: list[FieldError], but: UUID | None
) -> dict[str, Any]:
    """Everything that the editor shows for these fields."""
    book = await deadlines.rulebook(work, matter.rulebook_key)
    tree = await directory(work)
    options = await instruments.kind_options(work, matter, draft.findings, but)
    relation = tree.relation(matter.organ_id, matter.supervised_id)
    rows = [f for f in await matters.findings_of(work, matter.id) if f.state in OPEN_STATES]
    return {
        "draft": draft,
        "matter": matter,
        "assists": work.organ_id != matter.organ_id,
        "kinds": [_card(option) for option in options],
        "findings": [
            {"id": f.id, "title": f.title, "item": f.content_item, "chosen": f.id in draft.findings} for f in rows
        ],
        "addressee_tag": RELATION_LABELS.get(matter.relation, ""),
        "relation_article": relation.article if relation else matter.relation_article,
        "copies": [(organ_id, tree.name(organ_id)) for organ_id in draft.copies],
        "must_copy": instruments.superior_of(tree, matter.supervised_id) if matter.relation == "vertical" else None,
        "lengths": LENGTHS,
        "units": UNITS,
        "term": await term(work, book, draft),
        "preview": await preview(work, draft, errors),
        "errors": errors,
        "error_of": {error.field: error.message for error in errors},
    }


def _card(option: instruments.KindOption) -> dict[str, Any]:
    return {
        "value": option.key,
        "label": option.short_name,
        "article": display(option.article),
        "note": option.hint if option.allowed else f"暂不能制发。{option.reason}{option.remedy}",
        "disabled": not option.allowed,
        "term": f"{option.term_amount} {option.term_unit}",
    }


async def term(work: Work, book: RuleBook, draft: Draft) -> dict[str, Any] | None:
    """The limit if the document were served today; None while no kind is chosen."""
    keys = {entry.key for entry in book.deadlines}
    key = f"instrument.answer.{draft.kind}"
    if key not in keys:
        return None
    rule = book.deadline(key)
    amount, unit = draft.amount or rule.amount, draft.unit or rule.unit
    if unit not in dict(UNITS) or not 1 <= amount <= 180:
        return None
    length = Term(amount, unit, key, rule.source, rule.article)  # type: ignore[arg-type]
    days = await deadlines.calendar(work)
    end = compute(work.today, length, days)
    facts = DeadlineFacts(work.today, "送达", length, end.due, days.version)
    return {
        "amount": amount,
        "unit": unit,
        "due_text": format_due(end.due),
        "cells": day_strip(work.today, end.due, work.today, days, unit=length.unit, nominal=end.nominal),
        "notes": notes(facts, days),
        "default": f"默认 {rule.length} · {book.header.short_name}",
        "provisional": end.provisional,
        "article": rule.article,
    }


def inlined(pictures: Sequence[bytes]) -> list[str]:
    """Pictures as addresses that need no further request: nothing of an unissued document is kept anywhere."""
    return [f"data:image/png;base64,{base64.b64encode(picture).decode()}" for picture in pictures]


async def preview(work: Work, draft: Draft, errors: list[FieldError]) -> dict[str, Any]:
    """The first page as a picture, or what is missing for one."""
    if not draft.kind or not draft.findings:
        return {"images": [], "form": "", "why": "选择文书种类和问题后显示预览。"}
    book = await deadlines.rulebook(work)
    try:
        pictures = await instruments.preview_pages(work, draft.command())
    except Invalid as invalid:
        if not errors:
            errors.extend(invalid.errors)
        return {"images": [], "form": "", "why": invalid.message}
    images = inlined(pictures)
    form = FORMS.get(book.instrument(draft.kind).form, "")
    return {"images": images, "form": form, "why": ""}
