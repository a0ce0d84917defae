"""The numbers of a return: own cells, the level below, totals; formulas in each column; how they are read and written.

Three states are kept apart: a number (0 is one), no such duty (—), not filled in yet (blank). Pure.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Final, Literal

import msgspec

from kernel.wording import MINUS, THIN_SPACE
from reporting.returns import expressions
from reporting.returns.expressions import Node
from reporting.returns.forms import DECIMALS, CellRule, Form

State = Literal["number", "none", "blank"]
Column = Literal["own", "below", "total"]
NO_DUTY: Final = "—"
_NO_DUTY_WORDS: Final = frozenset({"—", "-", "–", "－", "――", "——", "--", "无", "无此职责", "无此职能"})
LARGEST: Final = 10**15
NOTE_LONGEST: Final = 500


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One own cell as it is stored. `value` and `computed` are whole numbers of the cell's scale (money: fen).

    `computed` is what the records gave when the cell was last drawn; a cell whose value differs from it was changed
    by hand.
    """

    state: State = msgspec.field(name="s", default="blank")
    value: int = msgspec.field(name="v", default=0)
    computed: int | None = msgspec.field(name="c", default=None)
    note: str = msgspec.field(name="n", default="")
    by: str = msgspec.field(name="b", default="")
    at: str = msgspec.field(name="t", default="")

    @property
    def changed(self) -> bool:
        """Drawn from records and changed by hand."""
        return self.computed is not None and (self.state != "number" or self.value != self.computed)

    @property
    def manual(self) -> bool:
        """Typed, with nothing in the records."""
        return self.computed is None and self.state == "number"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one lower unit gave to a roll-up: its accepted version, and its totals (null: no such duty)."""

    organ_id: str
    organ: str
    return_id: str
    version: int
    digest: str
    values: dict[str, int | None]


@dataclass(frozen=True, slots=True)
class Amount:
    """A value in a column, in units of the form."""

    state: State
    number: Fraction = Fraction()


BLANK: Final = Amount("blank")
NONE: Final = Amount("none")


@dataclass(slots=True)
class Sheet:
    """A return's numbers. `parts` is None for an organ without a level below."""

    form: Form
    cells: dict[str, Entry]
    notes: dict[str, str] = field(default_factory=dict)
    """Section key (or ``missing``) → where its manual figures come from."""
    parts: list[Part] | None = None
    missing: list[dict[str, Any]] = field(default_factory=list)
    """Lower units without an accepted return when it was rolled up: {organ_id, organ, state}."""

    def entry(self, code: str) -> Entry:
        return self.cells.get(code, Entry())

    def own(self) -> dict[str, Amount]:
        return completed(self.form, {code: _own(self.entry(code), cell) for code, cell in self.form.cells.items()})

    def below(self) -> dict[str, Amount]:
        """The sum of the lower units; — where none of them has the duty."""
        base = {code: self._below(code, cell) for code, cell in self.form.cells.items() if not cell.formula}
        return completed(self.form, base)

    def _below(self, code: str, cell: CellRule) -> Amount:
        given = [part.values[code] for part in self.parts or () if part.values.get(code) is not None]
        return Amount("number", Fraction(sum(v for v in given if v is not None), cell.scale)) if given else NONE

    def total(self) -> dict[str, Amount]:
        """Own and below together, ratios made of the totals and never added up."""
        if self.parts is None:
            return self.own()
        own, below = self.own(), self.below()
        base = {c: _plus(own[c], below[c]) for c, cell in self.form.cells.items() if not cell.formula}
        return completed(self.form, base)

    def column(self, name: Column) -> dict[str, Amount]:
        return {"own": self.own, "below": self.below, "total": self.total}[name]()

    def given_up(self) -> dict[str, int | None]:
        """The totals that the level above adds up, ratios and sums left out (it makes its own)."""
        return {
            code: stored(amount, self.form.cells[code])
            for code, amount in self.total().items()
            if not self.form.cells[code].formula
        }


def _own(entry: Entry, cell: CellRule) -> Amount:
    return Amount(entry.state, Fraction(entry.value, cell.scale)) if entry.state == "number" else Amount(entry.state)


def _plus(own: Amount, below: Amount) -> Amount:
    if own.state == "blank":
        return BLANK
    if own.state == below.state == "none":
        return NONE
    return Amount("number", own.number + below.number)


def completed(form: Form, base: Mapping[str, Amount]) -> dict[str, Amount]:
    """A column with its formula cells: blank while a cell that they read is, — where nobody has the duty or where
    there is nothing to divide by."""
    found = {code: base.get(code, BLANK) for code in form.order}
    for code, node in form.formulas.items():
        found[code] = _calculated(form, node, found)
    return found


def _calculated(form: Form, node: Node, column: Mapping[str, Amount]) -> Amount:
    read = [column[code] for code in expressions.cells_of(node, form.order)]
    if all(amount.state == "none" for amount in read):
        return NONE
    if any(amount.state == "blank" for amount in read):
        return BLANK
    value = expressions.evaluate(node, form.order, lambda code, _: column[code].number)
    return Amount("number", value) if isinstance(value, Fraction) else NONE


def stored(amount: Amount, cell: CellRule) -> int | None:
    """The whole number of a cell's scale; None for no duty. Half is rounded up, as in every published table."""
    if amount.state != "number":
        return None
    return _rounded(amount.number * cell.scale)


def _rounded(number: Fraction) -> int:
    sign = -1 if number < 0 else 1
    return sign * ((2 * abs(number.numerator) + number.denominator) // (2 * number.denominator))


def read_entry(text: str, cell: CellRule) -> tuple[State, int]:
    """What somebody typed: a number of the cell's unit, — for no such duty, nothing. Raises ValueError with what to
    write instead (K-07: money in 万元 has at most four decimals)."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return "blank", 0
    if text.strip() in _NO_DUTY_WORDS or plain in _NO_DUTY_WORDS:
        return "none", 0
    plain = re.sub(rf"[\s,，{THIN_SPACE}]", "", plain).replace(MINUS, "-").removesuffix("%")
    if not re.fullmatch(r"\d{1,15}(\.\d{1,8})?", plain):
        raise ValueError(f"请填写数字（{cell.unit}），没有的填 0，无此职责的填“—”。")
    try:
        exact = Fraction(Decimal(plain))
    except InvalidOperation:
        raise ValueError("请填写数字。") from None
    most = DECIMALS[cell.kind]
    if (exact * 10**most).denominator != 1:
        hint = "请核对单位是元还是万元。" if cell.kind == "wan_yuan" else ""
        raise ValueError(f"请最多保留 {most} 位小数。{hint}" if most else "请填写整数。")
    whole = exact * cell.scale
    if whole > LARGEST:
        raise ValueError("数值过大，请核对单位。")
    return "number", int(whole)


def shown(amount: Amount, cell: CellRule) -> str:
    """How a value stands in the sheet: 48 213, 12.3456, 93.48, —, or nothing."""
    if amount.state != "number":
        return NO_DUTY if amount.state == "none" else ""
    decimals = DECIMALS[cell.kind]
    whole = _rounded(amount.number * 10**decimals)
    digits, rest = divmod(abs(whole), 10**decimals)
    grouped = f"{digits:,}".replace(",", THIN_SPACE) if digits >= 10_000 else str(digits)
    tail = f".{rest:0{decimals}}" if decimals else ""
    return f"{MINUS if whole < 0 else ''}{grouped}{tail}"


def typed(entry: Entry, cell: CellRule) -> str:
    """The text of an own cell in its input field, without grouping."""
    if entry.state != "number":
        return NO_DUTY if entry.state == "none" else ""
    text = shown(Amount("number", Fraction(entry.value, cell.scale)), cell).replace(THIN_SPACE, "")
    return text.rstrip("0").rstrip(".") if "." in text else text


def change(now: Amount, before: Amount, unit: str) -> str:
    """+13.9%, −1 件 (below 30), 0; nothing when there is nothing to compare."""
    if now.state != "number" or before.state != "number":
        return ""
    by = now.number - before.number
    if by == 0:
        return "0"
    sign = MINUS if by < 0 else "+"
    if before.number < 30 or unit == "%":
        amount = f"{float(abs(by)):.2f}".rstrip("0").rstrip(".")
        return f"{sign}{amount} {'个百分点' if unit == '%' else unit}"
    return f"{sign}{float(abs(by) / before.number * 100):.1f}%"


def numbers_of(form: Form, values: Mapping[str, int | None]) -> dict[str, Amount]:
    """A column from stored totals: of a part, or of an earlier version."""
    base = {
        code: NONE if values[code] is None else Amount("number", Fraction(values[code] or 0, cell.scale))
        for code, cell in form.cells.items()
        if not cell.formula and code in values
    }
    return completed(form, base)


def packed(cells: Mapping[str, Entry]) -> dict[str, Any]:
    """Cells as JSON for the database."""
    return {code: msgspec.to_builtins(entry) for code, entry in cells.items()}


def unpacked(data: Mapping[str, Any]) -> dict[str, Entry]:
    return msgspec.convert(dict(data), dict[str, Entry])


def parts_of(data: Iterable[Any] | None) -> list[Part] | None:
    return None if data is None else msgspec.convert(list(data), list[Part])


def digest(facts: Mapping[str, Any]) -> str:
    """SHA-256 of a snapshot in canonical JSON: what was handed in can be proved unchanged."""
    return hashlib.sha256(msgspec.json.encode(facts, order="deterministic")).hexdigest()


def differing(form: Form, one: Sheet, other: Sheet) -> Sequence[str]:
    """Codes whose own value or total differ between two sheets, in the form's order."""
    mine, theirs = (one.own(), one.total()), (other.own(), other.total())
    return [code for code in form.order if any(a[code] != b[code] for a, b in zip(mine, theirs, strict=True))]
