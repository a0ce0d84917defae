"""Forms as versioned data: sections, cells, formulas, checks between cells, who fills and when it is due.

A form is a TOML file in `forms/`. Loading checks it whole: unknown fields, cells that do not exist, formulas in a
circle, a check without words or basis. Old versions stay: a return is pinned to the version that it was opened with.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from policy import articles
from policy.vocabulary import ORGAN_CLASSES
from reporting.returns import expressions
from reporting.returns.expressions import ExpressionError, Node

FORMS: Final = Path(__file__).with_name("forms")
Text = Annotated[str, msgspec.Meta(min_length=1)]
CellKind = Literal["count", "yuan", "wan_yuan", "percent", "days"]
SCALES: Final[Mapping[str, int]] = {"count": 1, "yuan": 100, "wan_yuan": 1_000_000, "percent": 100, "days": 10}
"""Stored whole numbers in one unit of the form: money is stored in fen."""
DECIMALS: Final[Mapping[str, int]] = {"count": 0, "yuan": 2, "wan_yuan": 4, "percent": 2, "days": 1}


_TERM: Final = re.compile(r"([+-]?)\s*([\w./()]+)")


class FormError(ValueError):
    """A form that does not hold together; the message names file and place."""


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class CellRule(_Entry, frozen=True, kw_only=True):
    """One indicator: its counting rule, the figure that it is drawn from, or the formula that makes it."""

    code: Text
    name: Text
    unit: Text
    rule: Text
    kind: CellKind = "count"
    figure: str = ""
    formula: str = ""
    indent: Literal[0, 1, 2] = 0
    duty: tuple[str, ...] = ()
    """Organ classes with this duty; empty: those of the section. Others show — (no such duty)."""
    lines: tuple[str, ...] = ()
    """Business lines that have the power (detention is for public security alone); empty: every line."""

    @property
    def terms(self) -> tuple[tuple[int, str], ...]:
        """The figures that make the cell with their signs: ``matters.open - matters.opened + matters.closed``."""
        return tuple((-1 if sign == "-" else 1, code) for sign, code in _TERM.findall(self.figure))

    @property
    def figures(self) -> tuple[str, ...]:
        return tuple(code for _, code in self.terms)

    @property
    def scale(self) -> int:
        return SCALES[self.kind]


class Section(_Entry, frozen=True, kw_only=True):
    """A part of the form: a table of the printed layout."""

    key: Text
    name: Text
    duty: tuple[str, ...] = ()
    cells: tuple[CellRule, ...] = msgspec.field(name="cell")


class Check(_Entry, frozen=True, kw_only=True):
    """What has to hold between cells. An error blocks the submission, a warning asks for a note at its first cell."""

    id: Text
    grade: Literal["error", "warning"]
    rule: Text
    message: Text
    basis: Text
    remedy: str = ""


class Header(_Entry, frozen=True, kw_only=True):
    """`due` is a deadline of the rule book counted from the period's last day, `due_day` a day of the year after.

    `missing`: whether a level above may hand in while a lower unit is not accepted, with a note, or not (block).
    """

    key: Text
    version: Text
    table: Text
    name: Text
    short_name: Text
    period: Literal["month", "quarter", "half", "year"]
    layout: Literal["indicators", "bodies"]
    article: Text
    basis: Text
    in_force_from: date
    fillers: tuple[str, ...]
    due: str = ""
    due_day: str = ""
    due_day_last_quarter: bool = False
    missing: Literal["note", "block"] = "note"
    below: Text = "下级"
    notes: tuple[str, ...] = ()


class Form(_Entry, frozen=True, kw_only=True, dict=True):
    """One version of a form."""

    header: Header = msgspec.field(name="form")
    sections: tuple[Section, ...] = msgspec.field(name="section")
    checks: tuple[Check, ...] = msgspec.field(name="check", default=())

    @property
    def key(self) -> str:
        return self.header.key

    @property
    def version(self) -> str:
        return self.header.version

    @cached_property
    def cells(self) -> Mapping[str, CellRule]:
        """Code → cell, in the order of the form."""
        return {cell.code: cell for section in self.sections for cell in section.cells}

    @cached_property
    def order(self) -> tuple[str, ...]:
        return tuple(self.cells)

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """Code → line number of the form, from 1."""
        return {code: n for n, code in enumerate(self.cells, 1)}

    @cached_property
    def section_of(self) -> Mapping[str, Section]:
        return {cell.code: section for section in self.sections for cell in section.cells}

    @cached_property
    def formulas(self) -> Mapping[str, Node]:
        """Code → formula, each after those that it reads."""
        parsed = {code: expressions.parse(cell.formula) for code, cell in self.cells.items() if cell.formula}
        ordered: dict[str, Node] = {}
        for code in parsed:
            self._place(code, parsed, ordered, ())
        return ordered

    def _place(self, code: str, parsed: Mapping[str, Node], ordered: dict[str, Node], above: tuple[str, ...]) -> None:
        if code in ordered or code not in parsed:
            return
        if code in above:
            raise FormError(f"{self.key} {self.version}：公式循环 {' → '.join((*above, code))}")
        for read in expressions.cells_of(parsed[code], self.order):
            self._place(read, parsed, ordered, (*above, code))
        ordered[code] = parsed[code]

    @cached_property
    def rules(self) -> Mapping[str, Node]:
        return {check.id: expressions.parse(check.rule) for check in self.checks}

    @cached_property
    def figures(self) -> tuple[str, ...]:
        """Codes of the figures that cells are drawn from."""
        return tuple(dict.fromkeys(code for cell in self.cells.values() for code in cell.figures))

    def has_duty(self, code: str, organ_class: str, lines: Collection[str] = ()) -> bool:
        """Whether an organ of this class and these lines has the duty that a cell counts; else the cell is — by
        itself."""
        cell = self.cells[code]
        classes = cell.duty or self.section_of[code].duty
        return (not classes or organ_class in classes) and (not cell.lines or bool(set(cell.lines) & set(lines)))


def read(text: str, file: str = "") -> Form:
    """A form from TOML, checked whole. Raises FormError."""
    try:
        form = msgspec.convert(tomllib.loads(text), Form)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as broken:
        raise FormError(f"{file}：{broken}") from None
    problem = next(_problems(form), None)
    if problem:
        raise FormError(f"{file}：{problem}")
    return form


def _problems(form: Form) -> Iterator[str]:
    head = form.header
    codes = [cell.code for section in form.sections for cell in section.cells]
    yield from (f"单元格“{code}”重复" for code in set(codes) if codes.count(code) > 1)
    if bool(head.due) == bool(head.due_day):
        yield "期限应当写明 due 或者 due_day 之一"
    if not articles.is_valid(head.article):
        yield f"条款“{head.article}”不存在"
    classes = {*head.fillers, *(c for s in form.sections for c in (*s.duty, *(d for x in s.cells for d in x.duty)))}
    yield from (f"单位类别“{name}”不存在" for name in sorted(classes - ORGAN_CLASSES))
    for code, cell in form.cells.items():
        if cell.formula and cell.figure:
            yield f"“{code}”不能既取数又有公式"
    try:
        for node in (*form.formulas.values(), *form.rules.values()):
            expressions.cells_of(node, form.order)
    except (ExpressionError, FormError) as broken:
        yield str(broken)
    except KeyError as unknown:
        yield f"单元格“{unknown.args[0]}”不存在"
    ids = [check.id for check in form.checks]
    yield from (f"校验“{name}”重复" for name in set(ids) if ids.count(name) > 1)


@cache
def shipped() -> Mapping[tuple[str, str], Form]:
    """Every form by key and version. Raises FormError when one is wrong or two are the same version."""
    found: dict[tuple[str, str], Form] = {}
    for path in sorted(FORMS.glob("*.toml")):
        form = read(path.read_text(encoding="utf-8"), path.name)
        if (form.key, form.version) in found:
            raise FormError(f"{path.name}：{form.key} {form.version} 重复")
        found[form.key, form.version] = form
    return found


def form_of(key: str, version: str) -> Form:
    """The version that a return is pinned to. Raises KeyError."""
    return shipped()[key, version]


def current(key: str, on: date) -> Form:
    """The version in force on a day, the earliest one before that. Raises KeyError for an unknown form."""
    versions = sorted((f for f in shipped().values() if f.key == key), key=lambda f: f.header.in_force_from)
    if not versions:
        raise KeyError(key)
    return next((f for f in reversed(versions) if f.header.in_force_from <= on), versions[0])


def known() -> tuple[str, ...]:
    """The keys of the forms that there are."""
    return tuple(dict.fromkeys(key for key, _ in shipped()))
