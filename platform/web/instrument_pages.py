"""What the pages of instruments put together: the editor with its preview, and the confirmations of each act."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
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
from supervision.instruments.views import InstrumentView
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
    images = [f"data:image/png;base64,{base64.b64encode(picture).decode()}" for picture in pictures]
    form = FORMS.get(book.instrument(draft.kind).form, "")
    return {"images": images, "form": form, "why": ""}


@dataclass(frozen=True, slots=True)
class Confirm:
    """A confirmation: what is about to happen, and the words of both buttons."""

    title: str
    consequences: list[str]
    act: str
    safe: str
    look: str = "primary"
    reason: str = ""
    hint: str = ""
    fields: str = ""
    """Name of the extra fields in the template."""


def confirmation(slug: str, view: InstrumentView, due: date | None = None) -> Confirm | None:
    """The confirmation of an act of the issuer's side; None for an unknown one."""
    known: Mapping[str, Confirm] = {
        "submit": Confirm(
            f"提交{view.kind_label}审核",
            [
                "提交后由负责人审批，审批前不能修改。",
                "尚未对外送达，被监督机关看不到。",
                "批准时取得文号，文号连续、不重复、不作废重用。",
            ],
            "提交审核",
            "暂不提交",
        ),
        "return": Confirm(
            f"退回{view.kind_label}修改",
            ["退回后由承办人修改，再次提交审核。", "不占用文号。"],
            "退回修改",
            "暂不退回",
            reason="需要修改的内容",
        ),
        "approve": Confirm(
            f"批准{view.kind_label}",
            [
                "批准时取得发文字号，与批准同时生效，不能更换。",
                "批准后可以签发；签发以前仍可以撤回，文号保留。",
                "批准人不得是起草人；批准后由您对内容负责。",
            ],
            "批准并取得文号",
            "暂不批准",
        ),
        "issue": Confirm(
            f"签发{view.label}并送达{view.addressee_name}",
            [
                f"生成正式文书（PDF/A），用印并归档，发送{view.addressee_name}"
                + (f"，抄送{'、'.join(view.copies)}。" if view.copies else "。"),
                f"对方打开即为签收，次日起算 {view.term_text}；次一工作日终了仍未打开的，视为送达。",
                "对方从此可以看到这份文书，看不到草稿、内部记录和线索来源。",
                "签发后不能修改，只能撤回，文号保留。",
            ],
            "签发并送达",
            "暂不签发",
        ),
        "serve": Confirm(
            f"登记{view.label}书面送达",
            ["按送达回证上的日期起算期限，送达当日不计。", "登记后不能更改。"],
            "登记书面送达",
            "暂不登记",
            fields="paper",
        ),
        "withdraw": Confirm(
            f"撤回{view.label}",
            [
                "文号保留，不再使用；原文书留存备查。",
                "已经送达的，通知对方不再要求报告，期限终止。" if view.issued_at else "尚未对外送达，对方看不到。",
                "撤回后不能恢复，需要时重新制发。",
            ],
            "撤回文书",
            "暂不撤回",
            look="danger",
            reason="撤回的理由",
            hint="已经送达的，理由一并告知对方。",
        ),
        "accept": Confirm(
            f"认可{view.label}的书面报告",
            [
                "逐项核验后，文书办结；对方收到认可通知。",
                "有问题没有整改到位的，应当退回补充整改。",
                "被监督机关不得核验本单位的整改。",
            ],
            "认可书面报告",
            "暂不认可",
            fields="accept",
        ),
        "send-back": _send_back(view),
        "extension": Confirm(
            f"决定{view.addressee_name}的延期申请",
            ["延期以一次为限，从原届满日起计算。", "不同意的，原期限不变。", "决定和理由告知对方。"],
            "作出决定",
            "暂不决定",
            fields="extension",
            reason="理由",
        ),
        "objection": Confirm(
            f"处理{view.addressee_name}的异议",
            [
                "由起草人、签发人以外的负责人处理。",
                "维持的，期限照常计算；撤回文书的，期限终止。",
                "处理结果告知对方。",
            ],
            "作出处理",
            "暂不处理",
            fields="objection",
            reason="理由和依据",
        ),
    }
    return known.get(slug)


def _send_back(view: InstrumentView) -> Confirm:
    last = view.sent_back_count + 1 >= view.send_back_limit
    lines = [
        f"这是第 {view.sent_back_count + 1} 次退回，第 {view.send_back_limit} 次退回视为拒不改正。",
        "对方按新的期限重新报告，退回当日不计。",
        "理由告知对方，原报告留存。",
    ]
    if last:
        lines[1:] = ["本次退回即认定拒不改正，应当向本级人民政府报告（第二十条）。", "认定告知对方，不能撤销。"]
    return Confirm(
        f"退回{view.label}的书面报告",
        lines,
        "认定拒不改正" if last else "退回补充",
        "暂不退回",
        look="danger" if last else "primary",
        reason="没有达到的要求、需要补充的内容",
        fields="" if last else "send-back",
    )
