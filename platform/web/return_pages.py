"""What the pages of returns share: fields of the sheet, steps as buttons, the forms that can be opened, why a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from kernel.wording import format_date
from kernel.work import Work
from reporting.figures import catalogue
from reporting.returns import forms, opening, periods
from reporting.returns.filling import CELL, NOTE, SOURCE
from reporting.returns.sheet import NO_DUTY
from reporting.returns.views import CellDrill, ReturnView
from tenants.organs.directory import directory

ACTIVE = "/returns"
BLANKS = "z-"
"""What to put into the blanks of a section."""
ZERO = "0"


def typed_cells(values: Mapping[str, Any]) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """(cell → figure and note, section → source) from the fields of a sheet. A note alone belongs to no figure."""
    cells = {
        name.removeprefix(CELL): (str(value), str(values.get(NOTE + name.removeprefix(CELL), "")))
        for name, value in values.items()
        if name.startswith(CELL)
    }
    notes = {name.removeprefix(SOURCE): str(value) for name, value in values.items() if name.startswith(SOURCE)}
    return cells, notes


def blanks_filled(
    cells: Mapping[str, tuple[str, str]], values: Mapping[str, Any], view: ReturnView
) -> dict[str, tuple[str, str]]:
    """The cells, where a section asks for it with 0 or — in those that nobody filled in and no record gives."""
    filled = dict(cells)
    for section in view.sections:
        wanted = values.get(BLANKS + section.key, "")
        if wanted not in (ZERO, NO_DUTY):
            continue
        for cell in section.cells:
            typed, note = cells.get(cell.code, ("", ""))
            if cell.kind == "manual" and not typed.strip():
                filled[cell.code] = (wanted, note)
    return filled


def acts_of(view: ReturnView) -> dict[str, Any]:
    """Action → what the reader may do, and the list of what may not be done with the reason."""
    return {
        "can": {act.action for act in view.acts if act.allowed},
        "refused": [
            {"label": act.label, "articles": [act.article], "reason": act.reason, "remedy": act.remedy}
            for act in view.acts
            if not act.allowed
        ],
    }


def why_of(view: ReturnView) -> dict[str, Any]:
    """The due day as the 为何 box takes it."""
    return {
        "id": view.id,
        "chip": view.chip,
        "date_text": "",
        "title": f"为何是{format_date(view.due_on)}",
        "articles": [view.article],
        "sentence": view.due_sentence,
        "cells": view.due_cells,
    }


def figures_of(found: CellDrill) -> list[tuple[str, str]]:
    """(name, address) of each figure that an own value was drawn from: there it opens to its records."""
    book = {i.code: i.name for i in catalogue.load().indicators if i.source == "derived"}
    base = f"/figures/{found.organ_id}/open?period={found.period}&reach=own&code="
    named = [(code, book.get(code.partition("/")[0], "")) for code in found.figures]
    return [(name, base + quote(code, safe="")) for code, name in named if name]


async def forms_open(work: Work) -> list[tuple[str, str]]:
    """(form/period, label) of what the reader's organ owes for the present and the last span of each form."""
    tree = await directory(work)
    found: list[tuple[str, str]] = []
    for key in forms.known():
        form = forms.current(key, work.today)
        if not opening.reports(tree, form, work.organ_id):
            continue
        last = periods.ended(form.header.period, work.today)
        found += [(f"{key}/{p.key}", f"{form.header.short_name}　{p.label}") for p in (last, last.next)]
    return found


def spans_open(work: Work) -> list[tuple[str, str, str]]:
    """(form, period, label) of the last two spans of each form, for those who watch over them."""
    found = []
    for key in forms.known():
        form = forms.current(key, work.today)
        last = periods.ended(form.header.period, work.today)
        found += [(key, p.key, f"{form.header.short_name}　{p.label}") for p in (last, last.previous)]
    return found


def ways_of(by_level: str, by_line: str, now: str) -> list[dict[str, Any]]:
    """按层级, 按条线: the two ways of adding up, where both are there."""
    both = (("按层级", by_level, "level"), ("按条线", by_line, "line"))
    return [{"label": label, "href": href, "current": key == now} for label, href, key in both] if by_level else []


def boards_open(work: Work) -> list[dict[str, str]]:
    """The boards of the last spans of each form."""
    return [{"href": f"{ACTIVE}/board/{form}/{period}", "label": label} for form, period, label in spans_open(work)]
