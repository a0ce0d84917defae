"""Asking Casbin: an enforcer over given lines, as shipped or with its matcher parsed once.

pycasbin parses the matcher anew and walks its tree in Python for every line of every question. Compiling asks tens of
thousands of questions, so there the same matcher is kept as a code object; the loop over the lines, their effects and
the deciding line stay Casbin's own. The test suite compares the two.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any, Final

from policy.errors import RuleBookError
from policy.lines import Line, among

MODEL_FILE: Final = Path(__file__).with_name("model.conf")
COLUMNS: Final = ("organ_class", "role", "relation", "kind", "action", "standing")
"""What a question consists of, in the order of the model's request definition."""

_TERM = re.compile(r"among\(r\.(?P<asked>\w+), p\.(?P<line>\w+)\)")


def enforcer(lines: Iterable[Line]) -> Any:
    """Casbin as shipped, over these lines: the authority that the table is checked against."""
    import casbin

    logging.getLogger("casbin").setLevel(logging.CRITICAL)  # it reports every refusal as a warning
    model = casbin.Model()
    model.load_model_from_text(_model_text())
    model.add_policies("p", "p", [line.casbin() for line in lines])
    made = casbin.Enforcer(model)
    made.add_function("among", among)
    return made


def quick_enforcer(lines: Iterable[Line]) -> Any:
    """The same with the matcher parsed once for all questions."""
    made = enforcer(lines)
    prepared = _Prepared()
    made._get_expression = lambda _text, _functions=None: prepared
    return made


class _Prepared:
    """The model's matcher as Casbin expects an expression: `eval` over the names of one question and one line."""

    __slots__ = ()

    def eval(self, names: Mapping[str, Any]) -> Any:
        return eval(matcher(), {"__builtins__": {}, "among": among}, names)  # noqa: S307 (our own model file)


@cache
def matcher() -> CodeType:
    """The model's matcher as Python. Raises RuleBookError when it is not what compiling rests on: each column of the
    question compared with the same column of the line by `among`, and all of them joined by "and".

    Then words of a column that every line treats alike cannot be told apart, and deciding one of them decides all.
    """
    text = next(part.partition("=")[2].strip() for part in _model_text().splitlines() if part.startswith("m ="))
    terms = [_TERM.fullmatch(term.strip()) for term in text.split("&&")]
    columns = [found["asked"] for found in terms if found is not None and found["asked"] == found["line"]]
    if None in terms or sorted(columns) != sorted(COLUMNS):
        raise RuleBookError("匹配式应当由各栏的 among 以 && 连接，每栏一次", file=MODEL_FILE.name)
    python = re.sub(r"\b([rp])\.", r"\1_", text).replace("&&", "and")
    return compile(python, MODEL_FILE.name, "eval")


@cache
def _model_text() -> str:
    return MODEL_FILE.read_text(encoding="utf-8")
