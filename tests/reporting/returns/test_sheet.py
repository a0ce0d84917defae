"""Sheets: 0, — and blank are three things; totals are own and below; ratios are never added up; checks name cells."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.returns import checks, drawing, forms
from reporting.returns.rules import MACHINE, STATES, Facts, rate, reminders_due
from reporting.returns.sheet import (
    Amount,
    Entry,
    Part,
    Sheet,
    change,
    digest,
    numbers_of,
    packed,
    read_entry,
    shown,
    typed,
    unpacked,
)

FORM = forms.form_of("supervision_quarterly", "2024.1")
YEARLY = forms.form_of("enforcement_yearly", "2024.1")
BASE = [code for code, cell in FORM.cells.items() if not cell.formula]
ENTRIES = st.one_of(
    st.builds(Entry, state=st.just("number"), value=st.integers(0, 10**9)),
    st.just(Entry(state="none")),
)
SHEETS = st.fixed_dictionaries(dict.fromkeys(BASE, ENTRIES))


def part(sheet: Sheet, name: str = "某镇") -> Part:
    return Part(organ_id=name, organ=name, return_id=name, version=1, digest="", values=sheet.given_up())


@settings(max_examples=30)
@given(st.lists(SHEETS, min_size=1, max_size=4))
def test_a_total_is_own_and_below_at_every_level(cells: list[dict[str, Entry]]) -> None:
    """A city over a county over townships has the sum of all of them, whatever stands in between."""
    towns = [Sheet(FORM, found) for found in cells[1:]]
    county = Sheet(FORM, cells[0], parts=[part(town, str(n)) for n, town in enumerate(towns)])
    city = Sheet(FORM, {code: Entry(state="none") for code in BASE}, parts=[part(county)])
    for code in BASE:
        given_ = [sheet.entry(code) for sheet in (county, *towns)]
        numbers = [entry.value for entry in given_ if entry.state == "number"]
        wanted = Amount("number", Fraction(sum(numbers), FORM.cells[code].scale)) if numbers else Amount("none")
        assert county.total()[code] == wanted
        assert city.total()[code] == wanted
    for code in FORM.formulas:
        assert city.total()[code] == county.total()[code]


@given(SHEETS)
def test_a_sheet_survives_the_database_and_its_digest_tells_every_change(cells: dict[str, Entry]) -> None:
    assert unpacked(packed(cells)) == cells
    before = digest({"cells": packed(cells)})
    assert digest({"cells": dict(reversed(packed(cells).items()))}) == before
    changed = cells | {"S1_hotline": Entry(state="number", value=cells["S1_hotline"].value + 1)}
    assert digest({"cells": packed(changed)}) != before


@given(st.integers(0, 10**12), st.sampled_from(list(YEARLY.cells)))
def test_what_is_shown_can_be_typed_again(value: int, code: str) -> None:
    cell = YEARLY.cells[code]
    entry = Entry(state="number", value=value)
    if cell.kind in ("yuan", "wan_yuan"):
        entry = Entry(state="number", value=value // 100 * 100)
    assert read_entry(typed(entry, cell), cell) == ("number", entry.value)
    assert read_entry(shown(Amount("number", Fraction(entry.value, cell.scale)), cell), cell) == ("number", entry.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [("", ("blank", 0)), ("0", ("number", 0)), ("—", ("none", 0)), ("－", ("none", 0)), ("无", ("none", 0)),
     ("１２", ("number", 12)), (" 48 213 ", ("number", 48213)), ("1,234", ("number", 1234))],
)  # fmt: skip
def test_three_states(text: str, found: tuple[str, int]) -> None:
    assert read_entry(text, FORM.cells["S1_hotline"]) == found


@pytest.mark.parametrize("text", ["1.5", "-1", "很多", "1e3", "=1+1", "NaN", "9" * 40, "1 件", "++"])
def test_what_is_no_count(text: str) -> None:
    with pytest.raises(ValueError, match="请"):
        read_entry(text, FORM.cells["S1_hotline"])


def test_money_in_ten_thousands_has_four_decimals() -> None:
    cell = YEARLY.cells["C26"]
    assert read_entry("12.3456", cell) == ("number", 12_345_600)
    with pytest.raises(ValueError, match="元还是万元"):
        read_entry("12.34567", cell)


def zero(form: forms.Form = FORM, **special: Entry) -> Sheet:
    cells = {c: Entry(state="number") for c, cell in form.cells.items() if not cell.formula}
    return Sheet(form, cells | special, {s.key: "台账" for s in form.sections})


def checks_of(sheet: Sheet, before: checks.Before = checks.NOTHING_BEFORE) -> list[tuple[str, str, bool]]:
    return [(f.check, f.code, f.blocks) for f in checks.findings(sheet, before)]


def test_zero_everywhere_passes_and_a_blank_blocks() -> None:
    assert checks_of(zero()) == []
    assert checks_of(zero(S9_late=Entry())) == [("blank", "S9_late", True)]


def test_a_manual_cell_wants_a_source_and_a_changed_one_its_own_note() -> None:
    bare = zero()
    bare.notes = {}
    assert {c for c, _, _ in checks_of(bare)} == {"source"}
    changed = Entry(state="number", value=3, computed=2)
    assert checks_of(zero(S1_hotline=changed)) == [("K-15", "S1_hotline", True)]
    noted = Entry(state="number", value=3, computed=2, note="1件电话转办")
    assert checks_of(zero(S1_hotline=noted)) == []


def test_a_warning_blocks_until_it_is_explained() -> None:
    before = checks.Before({}, numbers_of(FORM, {"S2_start": 0, "S2_opened": 4, "S2_closed": 0}))
    assert checks_of(zero(), before) == [("J-04", "S2_start", True)]
    told = Entry(state="number", value=0, note="上期4件按规定移交")
    assert checks_of(zero(S2_start=told), before) == [("J-04", "S2_start", False)]


def test_the_kinds_of_penalty_and_their_total() -> None:
    sheet = zero(YEARLY, C13=Entry(state="number", value=10), C14=Entry(state="number", value=2))
    assert shown(sheet.own()["C25"], YEARLY.cells["C25"]) == "12"
    assert ("K-02", "C25", True) in checks_of(sheet)
    over = zero(YEARLY, A05=Entry(state="number", value=5), A06=Entry(state="number", value=6),
                A05a=Entry(state="number", value=5))  # fmt: skip
    assert {c for c, _, _ in checks_of(over)} == {"K-11", "K-11a"}


def test_a_missing_unit_blocks_the_yearly_form_and_wants_a_note_in_the_quarterly() -> None:
    yearly, quarter = zero(YEARLY), zero()
    for sheet in (yearly, quarter):
        sheet.parts, sheet.missing = [], [{"organ_id": "1", "organ": "某镇", "state": "填报中"}]
    assert checks_of(yearly) == [("K-14", "", True)]
    assert checks_of(quarter) == [("K-14", "", True)]
    for sheet in (yearly, quarter):
        sheet.notes["missing"] = "已催报两次"
    assert checks_of(yearly) == [("K-14", "", True)]
    assert checks_of(quarter) == [("K-14", "", False)]


@given(st.integers(0, 50), st.integers(0, 50), st.booleans())
def test_a_drawn_cell_follows_the_records_until_somebody_changes_it(first: int, second: int, typed_over: bool) -> None:
    entry = drawing.drawn_entry(FORM, "S1_hotline", Entry(), first)
    assert (entry.value, entry.changed) == (first, False)
    if typed_over:
        entry = Entry(state="number", value=99, computed=first, note="更正")
    again = drawing.drawn_entry(FORM, "S1_hotline", entry, second)
    assert again.computed == second
    assert again.value == (99 if typed_over else second)


def test_changes_are_written_as_readers_read_them() -> None:
    def n(value: int) -> Amount:
        return Amount("number", Fraction(value))

    assert change(n(229), n(201), "次") == "+13.9%"
    assert change(n(3), n(2), "件") == "+1 件"
    assert change(n(5), n(6), "个") == "−1 个"
    assert change(n(5), n(5), "个") == "0"
    assert change(n(5), Amount("none"), "个") == ""
    assert rate(43, 46) == "93.5%（43/46）"
    assert rate(3, 4) == "3/4"


FACTS = st.builds(Facts, blocking=st.integers(0, 2), top=st.booleans(), over=st.booleans(), stale=st.booleans(),
                  submitted=st.booleans())  # fmt: skip
ACTIONS = ("fill", "validate", "return_draft", "approve", "submit", "send_back", "accept", "revise")


@given(st.lists(st.tuples(st.sampled_from(ACTIONS), FACTS), max_size=40))
def test_no_history_reaches_acceptance_without_every_step(history: list[tuple[str, Facts]]) -> None:
    from kernel.errors import ZhunshengError

    state, done = MACHINE.initial, list[str]()
    for action, facts in history:
        try:
            step = MACHINE.step(state, action, facts)
        except ZhunshengError:
            continue
        if action in ("validate", "approve", "submit"):
            assert not facts.blocking
            assert not facts.stale
        state = step.reached_from(state)
        done.append(action)
        assert state in STATES
        if state == "accepted":
            assert done[-4:] == ["validate", "approve", "submit", "accept"]


def test_reminders_come_once_and_past_ones_are_dropped() -> None:
    from datetime import date

    from kernel.workdays import WorkCalendar, seed_days

    days = WorkCalendar(seed_days(2026, 2026))
    due = date(2026, 10, 20)
    assert reminders_due(due, date(2026, 10, 14), days, frozenset()) == []
    assert reminders_due(due, date(2026, 10, 15), days, frozenset()) == ["before"]
    assert reminders_due(due, date(2026, 10, 20), days, frozenset({"before"})) == ["last_day"]
    assert reminders_due(due, date(2026, 10, 21), days, frozenset({"before"})) == ["overdue"]
    assert reminders_due(due, date(2026, 10, 27), days, frozenset()) == ["overdue", "escalate"]
