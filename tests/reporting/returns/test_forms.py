"""Forms and their language: exact, total, and refused as a whole when something in them does not hold together."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.figures import catalogue
from reporting.returns import expressions, forms, periods
from reporting.returns.expressions import ExpressionError, evaluate, parse
from reporting.returns.forms import FormError

CODES = ("A1", "A2", "A3", "A4")
NUMBERS = st.fractions(min_value=-1000, max_value=1000, max_denominator=10_000)
VALUES = st.fixed_dictionaries({code: st.none() | NUMBERS for code in CODES})
MINIMAL = """
[form]
key = "x"
version = "1"
table = "t"
name = "n"
short_name = "n"
period = "quarter"
layout = "indicators"
article = "11(5)"
basis = "b"
in_force_from = 2024-01-01
fillers = ["department"]
due = "return.quarterly"
[[section]]
key = "A"
name = "a"
cell = [
    { code = "A1", name = "a", unit = "件", rule = "r" },
    { code = "A2", name = "b", unit = "件", rule = "r", formula = "A1 + 1" },
]
[[check]]
id = "c"
grade = "error"
rule = "A1 <= A2"
message = "m"
basis = "b"
"""


def value(text: str, values: dict[str, Fraction | None]) -> expressions.Value:
    return evaluate(parse(text), CODES, lambda code, _: values[code])


def test_both_shipped_forms_are_whole() -> None:
    assert set(forms.known()) == {"enforcement_yearly", "supervision_quarterly"}
    yearly = forms.form_of("enforcement_yearly", "2024.1")
    assert [s.key for s in yearly.sections] == list("ABCDEFGHI")
    assert len([c for c in yearly.cells if "C11" <= c <= "C24" and len(c) == 3]) == 14
    assert yearly.header.due_day == "annual_statistics"
    quarter = forms.form_of("supervision_quarterly", "2024.1")
    assert len(quarter.sections) == 11
    for form in (yearly, quarter):
        assert all(check.message and check.basis for check in form.checks)


@pytest.mark.parametrize("on", [date(2026, 10, 9), date(2027, 4, 1)])
def test_every_cell_is_drawn_but_for_what_no_record_holds(on: date) -> None:
    """And the indicator of those says why somebody has to type them."""
    typed = set()
    for key in forms.known():
        for cell in forms.current(key, on).cells.values():
            assert cell.formula or cell.figure, cell.code
            for figure in cell.figures:
                code, part = catalogue.split(figure)
                found = catalogue.load().find(code)
                assert found is not None, (cell.code, figure)
                assert not found.is_ratio, cell.code
                keys = [s.key for s in catalogue.load().dimension(found.dimension).slices] if part else []
                assert not keys or part in keys, (cell.code, figure)
                if found.source == "manual":
                    typed.add(cell.code)
                    assert {"填报", "系统"} <= {w for w in ("填报", "系统") if w in found.rule}, found.code
    assert typed == {"A04", "S12_accepted", "S12_settled", "S12_decided"}


def test_the_form_of_2027_asks_for_more_and_changes_no_cell_of_the_one_before() -> None:
    before, after = (forms.current("supervision_quarterly", on) for on in (date(2026, 12, 31), date(2027, 1, 1)))
    assert (before.version, after.version) == ("2024.1", "2027.1")
    assert {code: after.cells[code] for code in before.cells} == dict(before.cells)
    added = [code for code in after.cells if code not in before.cells]
    assert [code for code in added if code.startswith("S8_g")] == [f"S8_g{n}" for n in range(1, 13)]
    assert {"S2_mean", "S4c", "S4c_reported"} <= {code for code in added if after.cells[code].formula}


def test_who_has_which_duty() -> None:
    yearly = forms.form_of("enforcement_yearly", "2024.1")
    assert yearly.has_duty("C23", "department", ["public_security"])
    assert not yearly.has_duty("C23", "department", ["water"])
    quarter = forms.form_of("supervision_quarterly", "2024.1")
    assert quarter.has_duty("S1_hotline", "township_government")
    assert not quarter.has_duty("S2_opened", "township_government")


@given(VALUES)
def test_a_sum_is_exact_and_unknown_while_a_part_is(values: dict[str, Fraction | None]) -> None:
    given_ = list(values.values())
    wanted = None if None in given_ else sum((v for v in given_ if v is not None), Fraction())
    assert value("sum(A1:A4)", values) == wanted
    assert value("A1 + A2 + A3 + A4", values) == wanted


@given(st.fixed_dictionaries(dict.fromkeys(CODES, NUMBERS)))
def test_arithmetic_follows_its_precedence(values: dict[str, Fraction | None]) -> None:
    a, b, c, d = (values[code] or Fraction() for code in CODES)
    assert value("A1 + A2 * A3 - A4", values) == a + b * c - d
    assert value("-(A1 - A2) * 2", values) == -(a - b) * 2
    assert value("A1 / A2", values) == (a / b if b else None)
    assert value("A1 <= A2 and not A3 > A4 or A1 = A2", values) is ((a <= b and not c > d) or a == b)
    assert value("max(A1, A2, A3:A4)", values) == max(a, b, c, d)


def test_what_decides_is_enough() -> None:
    unknown: dict[str, Fraction | None] = dict.fromkeys(CODES, None)
    known = {**unknown, "A1": Fraction(1)}
    assert value("A1 = 1 or A2 = 1", known) is True
    assert value("A1 = 2 and A2 = 1", known) is False
    assert value("A1 = 1 and A2 = 1", known) is None
    assert value("given(A2)", known) is False
    assert value("noted(A1)", known) is False


@pytest.mark.parametrize(
    "text",
    ["", "A1 +", "(A1", "A1)", "A1 A2", "import os", "__x__", "A1.x", "sum()", "sum(A1", "A1:A2", "noted(1)",
     "abs(A1:A2)", "last_year(A1:A2)", "'x'", "A1 == 2", "A1 ** 2", "(" * 60 + "1" + ")" * 60, "1+" * 400 + "1",
     "lambda", "A1[0]", "sum(A1:1)", "A1 ; A2", "nothing(A1)"],
)  # fmt: skip
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(parse(text), CODES, lambda _code, _when: Fraction(1))


@given(st.text(alphabet="A1234 +-*/()<>=,:sumandort_._\n\"'[]{}", max_size=60))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    try:
        found = evaluate(parse(text), CODES, lambda _code, _when: Fraction(2))
    except (ExpressionError, KeyError):
        return
    assert found is None or isinstance(found, Fraction | bool)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('formula = "A1 + 1"', 'formula = "A1 + A9"', "“A9”不存在"),
        ('formula = "A1 + 1"', 'formula = "A2 + 1"', "公式循环"),
        ('formula = "A1 + 1"', 'formula = "A1 +"', "不认识"),
        ('formula = "A1 + 1"', 'formula = "1", figure = "x"', "不能既取数又有公式"),
        ('code = "A2"', 'code = "A1"', "“A1”重复"),
        ('rule = "A1 <= A2"', 'rule = "sum(A2:A1) = 0"', "不存在"),
        ('article = "11(5)"', 'article = "99"', "条款“99”不存在"),
        ('fillers = ["department"]', 'fillers = ["ministry"]', "“ministry”不存在"),
        ('due = "return.quarterly"', "", "期限"),
        ('message = "m"', 'message = ""', "message"),
        ('basis = "b"\nin', 'colour = "red"\nbasis = "b"\nin', "colour"),
    ],
)
def test_a_form_that_does_not_hold_together_is_refused(old: str, new: str, problem: str) -> None:
    assert forms.read(MINIMAL).key == "x"
    assert old in MINIMAL
    with pytest.raises(FormError, match=problem):
        forms.read(MINIMAL.replace(old, new, 1), "x.toml")


@given(st.sampled_from(["month", "quarter", "half", "year"]), st.dates(), st.integers(-30, 30))
def test_periods_follow_each_other(kind: periods.Kind, day: object, steps: int) -> None:
    from datetime import date, timedelta

    assert isinstance(day, date)
    if not 1900 < day.year < 2900:
        return
    period = periods.containing(kind, day)
    assert period.first <= day <= period.last
    assert period.next.first == period.last + timedelta(days=1)
    assert period.next.previous == period
    assert periods.parse(period.key) == period
    moved = period
    for _ in range(abs(steps)):
        moved = moved.next if steps > 0 else moved.previous
    assert (moved.first - period.first).days * steps >= 0


@pytest.mark.parametrize("key", ["", "2026Q5", "2026H3", "2026-13", "26", "2026-1", "2026Q", "２０２６"])
def test_what_is_no_period(key: str) -> None:
    with pytest.raises(ValueError, match="no period"):
        periods.parse(key)
