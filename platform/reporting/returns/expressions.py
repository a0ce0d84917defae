"""The small language of forms: arithmetic and comparisons over cells, in exact numbers. Pure; nothing is ever run.

``C25 = sum(C11:C24)``, ``A06 / A05a * 100``, ``B03 + B04 <= B02 or noted(B02)``. A range names the cells of the form
from one to the other. A value that is not known yet makes what depends on it unknown (None), a cell without duty
counts as nothing in a sum.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

Value = Fraction | bool | None
Lookup = Callable[[str, str], Fraction | None]
"""(cell, when) → its number; `when` is now, last_year or previous. A cell without duty is 0."""
Noted = Callable[[str], bool]

LONGEST: Final = 600
DEEPEST: Final = 40
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<cell>[A-Z]\d+[a-z]?(?:_[a-z0-9]+)*)|(?P<word>[a-z_]+)"
    r"|(?P<sign><=|>=|<>|[-+*/()=<>,:]))"
)
_FUNCTIONS: Final = frozenset({"sum", "min", "max", "last_year", "previous", "noted", "given", "abs"})
_OF_CELLS: Final = frozenset({"last_year", "previous", "noted", "given"})


class ExpressionError(ValueError):
    """A form holds an expression that is none; `where` is the place in the text, from 0."""

    def __init__(self, message: str, where: int = 0) -> None:
        self.where = where
        super().__init__(f"{message}（第 {where + 1} 个字符）")


@dataclass(frozen=True, slots=True)
class Number:
    value: Fraction


@dataclass(frozen=True, slots=True)
class Cell:
    code: str


@dataclass(frozen=True, slots=True)
class Range:
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or a function with its operands."""

    name: str
    operands: tuple[Node, ...]


Node = Number | Cell | Range | Call


class _Reader:
    """One pass over the tokens, by precedence: or, and, not, comparison, sum, product, sign."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise ExpressionError("表达式过长")
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0

    def read(self) -> Node:
        node = self._any()
        if self._kind() != "end":
            raise ExpressionError(f"多余的“{self._text()}”", self._where())
        return node

    def _any(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ExpressionError("括号层次过多", self._where())
        node = self._chain(self._all, ("or",))
        self._depth -= 1
        return node

    def _all(self) -> Node:
        return self._chain(self._not, ("and",))

    def _not(self) -> Node:
        negations = 0
        while self._take("not"):
            negations += 1
        node = self._comparison()
        return Call("not", (node,)) if negations % 2 else node

    def _comparison(self) -> Node:
        left = self._sum()
        for sign in ("<=", ">=", "<>", "=", "<", ">"):
            if self._take(sign):
                return Call(sign, (left, self._sum()))
        return left

    def _sum(self) -> Node:
        return self._chain(self._product, ("+", "-"))

    def _product(self) -> Node:
        return self._chain(self._sign, ("*", "/"))

    def _sign(self) -> Node:
        negative = 0
        while self._take("-"):
            negative += 1
        node = self._atom()
        return Call("negative", (node,)) if negative % 2 else node

    def _chain(self, operand: Callable[[], Node], signs: tuple[str, ...]) -> Node:
        node = operand()
        while True:
            sign = next((s for s in signs if self._take(s)), None)
            if sign is None:
                return node
            node = Call(sign, (node, operand()))

    def _atom(self) -> Node:
        kind, text, where = self._tokens[self._at]
        if kind == "number":
            self._at += 1
            return Number(Fraction(text))
        if kind == "cell":
            self._at += 1
            return Cell(text)
        if self._take("("):
            node = self._any()
            self._need(")")
            return node
        if kind == "word" and text in _FUNCTIONS:
            self._at += 1
            return self._call(text, where)
        raise ExpressionError(f"不认识的“{text or '结尾'}”", where)

    def _call(self, name: str, where: int) -> Node:
        self._need("(")
        operands = [self._argument()]
        while self._take(","):
            operands.append(self._argument())
        self._need(")")
        single = len(operands) == 1
        if name in _OF_CELLS and not (single and isinstance(operands[0], Cell)):
            raise ExpressionError(f"{name} 只用于一个单元格", where)
        if name == "abs" and not single:
            raise ExpressionError("abs 只有一个参数", where)
        if name == "abs" and isinstance(operands[0], Range):
            raise ExpressionError("abs 不用于区域", where)
        return Call(name, tuple(operands))

    def _argument(self) -> Node:
        if self._kind() == "cell" and self._tokens[self._at + 1][1] == ":":
            first = self._text()
            self._at += 2
            if self._kind() != "cell":
                raise ExpressionError("区域的末尾应为单元格", self._where())
            last = self._text()
            self._at += 1
            return Range(first, last)
        return self._any()

    def _kind(self) -> str:
        return self._tokens[self._at][0]

    def _text(self) -> str:
        return self._tokens[self._at][1]

    def _where(self) -> int:
        return self._tokens[self._at][2]

    def _take(self, text: str) -> bool:
        if self._text() != text or self._kind() not in ("sign", "word"):
            return False
        self._at += 1
        return True

    def _need(self, text: str) -> None:
        if not self._take(text):
            raise ExpressionError(f"应为“{text}”", self._where())


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    place = 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None:
            raise ExpressionError(f"不认识的“{text[place:].strip()[:1]}”", place)
        kind = str(found.lastgroup)
        yield kind, found[kind], found.start(kind)
        place = found.end()
    yield "end", "", len(text)


def parse(text: str) -> Node:
    """The expression. Raises ExpressionError with the place."""
    return _Reader(text).read()


def cells_of(node: Node, order: Sequence[str]) -> list[str]:
    """The cells that an expression reads, ranges spelt out in the form's order, each once. Raises KeyError for a
    cell that the form does not have."""
    if isinstance(node, Cell):
        if node.code not in order:
            raise KeyError(node.code)
        return [node.code]
    if isinstance(node, Range):
        return spread(node, order)
    if isinstance(node, Call):
        return list(dict.fromkeys(code for operand in node.operands for code in cells_of(operand, order)))
    return []


def spread(node: Range, order: Sequence[str]) -> list[str]:
    """The cells of a range. Raises KeyError for an unknown end, or when the ends are the wrong way round."""
    for code in (node.first, node.last):
        if code not in order:
            raise KeyError(code)
    first, last = order.index(node.first), order.index(node.last)
    if first > last:
        raise KeyError(f"{node.first}:{node.last}")
    return list(order[first : last + 1])


def evaluate(node: Node, order: Sequence[str], look: Lookup, noted: Noted = lambda _: False) -> Value:
    """The number or truth of an expression; None while something that decides it is not known, and for a division by
    nothing."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Cell):
        return look(node.code, "now")
    if isinstance(node, Range):
        raise ExpressionError("区域只用于函数的参数")
    if node.name in _OF_CELLS:
        return _of_cell(node, look, noted)
    return _of_call(node, order, look, noted)


def _of_call(node: Call, order: Sequence[str], look: Lookup, noted: Noted) -> Value:
    if node.name in ("sum", "min", "max"):
        return _of_many(node, order, look, noted)
    values = [evaluate(operand, order, look, noted) for operand in node.operands]
    if node.name in ("and", "or"):
        return _logic(node.name, values)
    if node.name == "not":
        return None if values[0] is None else not values[0]
    return _exact(node.name, values)


def _of_cell(node: Call, look: Lookup, noted: Noted) -> Value:
    operand = node.operands[0]
    assert isinstance(operand, Cell)
    if node.name == "noted":
        return noted(operand.code)
    if node.name == "given":
        return look(operand.code, "now") is not None
    return look(operand.code, node.name)


def _of_many(node: Call, order: Sequence[str], look: Lookup, noted: Noted) -> Value:
    found: list[Value] = []
    for operand in node.operands:
        if isinstance(operand, Range):
            found += [look(code, "now") for code in spread(operand, order)]
        else:
            found.append(evaluate(operand, order, look, noted))
    numbers = [value for value in found if isinstance(value, Fraction)]
    if len(numbers) < len(found):
        return None
    return {"sum": lambda: sum(numbers, Fraction()), "min": lambda: min(numbers), "max": lambda: max(numbers)}[
        node.name
    ]()


def _logic(name: str, values: Sequence[Value]) -> Value:
    deciding = name == "or"
    if any(value is deciding for value in values):
        return deciding
    return None if None in values else not deciding


def _exact(name: str, values: Sequence[Value]) -> Value:
    if any(value is None for value in values):
        return None
    numbers = [value if isinstance(value, Fraction) else Fraction(int(bool(value))) for value in values]
    if len(numbers) == 1:
        return -numbers[0] if name == "negative" else abs(numbers[0])
    a, b = numbers
    if name == "/":
        return a / b if b else None
    if name in _ARITHMETIC:
        return _ARITHMETIC[name](a, b)
    return _COMPARISONS[name](a, b)


_ARITHMETIC: Final[dict[str, Callable[[Fraction, Fraction], Fraction]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}
_COMPARISONS: Final[dict[str, Callable[[Fraction, Fraction], bool]]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
