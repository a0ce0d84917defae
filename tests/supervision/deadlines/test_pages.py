"""What readers see of a deadline: chip, strip, grid and the paragraph, as in the interface pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.deadlines.rules import (
    STATES,
    Chip,
    DayCell,
    DeadlineFacts,
    calendar_grid,
    chip,
    chip_for,
    compute,
    day_strip,
    explain,
    fits_one_line,
    notes,
    strip_of,
)
from tests.supervision.deadlines.samples import EXTENDED_AND_SUSPENDED, TODAY, URGING_LETTER, calendar, term

D = date
SHOWN_06 = replace(URGING_LETTER, start=D(2026, 9, 28), due=D(2026, 10, 16))
SUSPENDED = replace(
    EXTENDED_AND_SUSPENDED,
    state="suspended",
    due=D(2026, 10, 10),
    changes=EXTENDED_AND_SUSPENDED.changes[:2],
    stop_reason="复议办理中",
)


def facts(start: date, amount: int, unit: str = "working_day", **more: object) -> DeadlineFacts:
    length = term(amount, unit)  # type: ignore[arg-type]
    end = compute(start, length, calendar())
    made = DeadlineFacts(start, "意见书送达", length, end.due, calendar().version, end.provisional)
    return replace(made, **more)  # type: ignore[arg-type]


def labels(cells: list[DayCell]) -> str:
    return " ".join(cell.label for cell in cells)


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (D(2026, 9, 28), Chip("overdue", "逾期 4 个工作日", "alert-circle", "red")),
        (D(2026, 10, 9), Chip("today", "今日到期", "clock-exclamation", "amber")),
        (D(2026, 10, 12), Chip("near", "剩 2 个工作日", "clock-exclamation", "amber")),
        (D(2026, 10, 16), Chip("far", "剩 6 个工作日", "clock", "green")),
    ],
)
def test_chips_of_running_deadlines(due: date, expected: Chip) -> None:
    assert chip_for(due, TODAY, calendar()) == expected
    assert chip(replace(URGING_LETTER, due=due), TODAY, calendar()) == expected
    assert chip(replace(URGING_LETTER, due=due, state="lapsed"), TODAY, calendar()) == expected


def test_chips_of_deadlines_that_do_not_run() -> None:
    def text(**changes: object) -> tuple[str, str, str]:
        shown = chip(replace(URGING_LETTER, **changes), TODAY, calendar())  # type: ignore[arg-type]
        return shown.text, shown.icon, shown.tone

    assert text(state="suspended", stop_reason="复议办理中") == ("中止 复议办理中", "pause", "grey")
    assert text(extension_pending=True) == ("中止 延期申请审查中", "pause", "grey")
    assert text(state="met", done_on=D(2026, 9, 25)) == ("按期报告 9月25日", "check", "outline")
    assert text(state="met", done_on=D(2026, 9, 30)) == ("逾期 2 日后报告", "check", "grey")
    assert text(state="met", done_on=D(2026, 9, 25), act="受理")[0] == "按期受理 9月25日"
    assert text(state="cancelled")[0] == "不再计算"


def test_a_provisional_end_is_dashed_and_says_why() -> None:
    shown = chip(facts(D(2026, 10, 9), 65), D(2026, 10, 9), calendar())
    assert (shown.text, shown.dashed, shown.note) == ("剩 65 个工作日", True, "节假日安排未发布，暂定")


def test_a_weekend_is_less_than_a_working_day() -> None:
    assert chip_for(D(2026, 11, 20), D(2026, 11, 21), calendar()).text == "逾期 不足 1 个工作日"


def test_the_strip_of_the_desk() -> None:
    cells = strip_of(URGING_LETTER, TODAY, calendar())
    assert labels(cells) == "起 1 2 3 4 休 5 6 7 8 9 休 休 休 10 +1 +2 休 休 休 休 休 休 休 +3 +4"
    by_day = {cell.day: cell for cell in cells}
    assert by_day[D(2026, 9, 14)].date_label == "9/14"
    assert by_day[D(2026, 9, 30)].date_label == "30"
    assert by_day[D(2026, 10, 1)].date_label == "10/1"
    assert (by_day[D(2026, 9, 20)].weekday, by_day[D(2026, 9, 20)].kinds) == ("班", frozenset({"makeup"}))
    assert by_day[D(2026, 9, 19)].kinds == {"rest"}
    assert by_day[D(2026, 9, 25)].kinds == {"holiday"}
    assert by_day[D(2026, 9, 28)].kinds == {"work", "due"}
    assert by_day[D(2026, 10, 9)].kinds == {"work", "overdue", "today"}
    assert fits_one_line(cells)


def test_the_strip_of_the_form() -> None:
    cells = day_strip(D(2026, 10, 9), D(2026, 10, 22), TODAY, calendar())
    assert labels(cells) == "起 1 休 2 3 4 5 6 休 休 7 8 9 10"
    assert cells[0].kinds == {"work", "start", "today"}
    assert cells[1].spoken == "10月10日周六，调休上班，第1日"


def test_the_grid_of_the_reply_page() -> None:
    weeks = calendar_grid(strip_of(SHOWN_06, TODAY, calendar()))
    rows = [" ".join(cell.label if cell else "·" for cell in week) for week in weeks]
    assert rows == ["起 1 2 休 休 休 休", "休 休 休 3 4 5 休", "6 7 8 9 10 · ·"]


@settings(deadline=None)
@given(st.dates(D(2025, 1, 1), D(2028, 1, 1)), st.integers(1, 80))
def test_grids_have_full_weeks_from_monday(start: date, amount: int) -> None:
    cells = strip_of(facts(start, amount), start, calendar())
    weeks = calendar_grid(cells)
    assert all(len(week) == 7 for week in weeks)
    assert [cell for week in weeks for cell in week if cell] == cells
    assert all(cell is None or cell.day.weekday() == n for week in weeks for n, cell in enumerate(week))
    assert cells[-1].label == str(amount)
    assert "due" in cells[-1].kinds
    assert calendar_grid([]) == []


def test_calendar_days_are_numbered_through_and_the_shift_is_marked() -> None:
    cells = strip_of(facts(D(2026, 10, 9), 30, "calendar_day"), TODAY, calendar())
    assert [cell.label for cell in cells[-3:]] == ["29", "30", "顺"]
    assert cells[2].kinds == {"rest"}
    assert cells[2].label == "2"
    assert cells[-1].kinds == {"work", "due", "carried"}
    assert not fits_one_line(cells)


def test_suspended_days_carry_no_number() -> None:
    cells = strip_of(EXTENDED_AND_SUSPENDED, D(2026, 10, 16), calendar())
    assert labels(cells[15:21]) == "11 停 停 停 停 停"
    assert [cell.label for cell in cells[-6:]] == ["12", "休", "休", "13", "14", "15"]
    open_end = strip_of(SUSPENDED, TODAY, calendar())
    assert open_end[-1].day == TODAY
    assert open_end[-1].label == "停"
    assert not any("due" in cell.kinds for cell in open_end)


def test_the_strip_of_a_finished_deadline_ends_where_it_was_done() -> None:
    late = replace(URGING_LETTER, state="met", done_on=D(2026, 9, 30))
    assert labels(strip_of(late, D(2026, 11, 23), calendar())).endswith("10 +1 +2")
    early = replace(URGING_LETTER, state="met", done_on=D(2026, 9, 21))
    assert strip_of(early, D(2026, 11, 23), calendar())[-1].day == D(2026, 9, 28)


def test_the_paragraph_of_the_form() -> None:
    assert explain(facts(D(2026, 10, 9), 10), calendar(), TODAY) == (
        "2026年10月9日（周五）意见书送达，当日不计，自10月10日起算 10 个工作日（第十九条，规则默认期限），"
        "至2026年10月22日（周四）24:00届满。10月10日（周六）调休上班，计为第 1 日；若不计调休，将是10月23日。"
        "10月11日、17日、18日为休息日，不计。截至2026年10月9日，还剩 10 个工作日。"
    )


def test_the_notes_of_the_reply_page() -> None:
    assert notes(SHOWN_06, calendar()) == [
        "9月28日督办函送达，当日不计。",
        "10月10日（周六）调休上班，计为第 5 日；若不计调休，将是10月19日。",
        "10月1日至7日国庆节放假，不计。",
        "10月11日为休息日，不计。",
    ]


def test_the_paragraph_of_a_shifted_end() -> None:
    told = explain(facts(D(2026, 10, 9), 30, "calendar_day"), calendar(), TODAY)
    assert "起算自然日 30 日" in told
    assert "休息日和节假日计入" in told
    assert "期满之日2026年11月8日（周日）为休息日，顺延至其后第一个工作日2026年11月9日（周一）。" in told


def test_the_paragraph_tells_the_history() -> None:
    told = explain(EXTENDED_AND_SUSPENDED, calendar(), D(2026, 10, 16))
    assert "至2026年9月28日（周一）24:00届满" in told
    assert "2026年9月22日批准延期 5 个工作日（第十九条），理由是案卷数量较多" in told
    assert "届满日由2026年9月28日改为2026年10月10日（周六）" in told
    assert "2026年9月29日因当事人申请行政复议中止计算（第二十条），尚余 4 个工作日" in told
    assert "恢复计算（第二十条），剩余时间接续，至2026年10月21日（周三）届满" in told
    assert "国庆" not in told, "days within the suspension are not listed"
    assert "目前中止：复议办理中" in explain(SUSPENDED, calendar(), TODAY)


def test_the_reason_that_somebody_wrote_as_a_sentence_goes_on() -> None:
    first, *rest = EXTENDED_AND_SUSPENDED.changes
    told = explain(
        replace(EXTENDED_AND_SUSPENDED, changes=(replace(first, reason="案卷数量较多。"), *rest)),
        calendar(),
        D(2026, 10, 16),
    )
    assert "理由是案卷数量较多，届满日" in told


def test_the_paragraph_warns_of_a_provisional_end() -> None:
    told = explain(facts(D(2026, 11, 23), 30), calendar(), D(2026, 11, 23))
    assert told.endswith("2027年1月1日起的节假日安排未发布，届满日为暂定，发布后自动重新计算。")


def test_the_paragraph_of_deadlines_that_are_over() -> None:
    def ending(**changes: object) -> str:
        told = explain(replace(URGING_LETTER, **changes), calendar(), TODAY)  # type: ignore[arg-type]
        return told.rstrip("。").rsplit("。", 1)[1]

    assert ending() == "截至2026年10月9日，已逾期 4 个工作日"
    assert ending(due=TODAY) == "截至2026年10月9日，今日到期，应当在24:00前报告"
    assert ending(state="met", done_on=D(2026, 9, 25)) == "2026年9月25日已报告，未逾期"
    assert ending(state="met", done_on=D(2026, 9, 30)) == "2026年9月30日已报告，逾期 2 日"
    assert ending(state="cancelled") == "本期限已取消，不再计算"


@settings(deadline=None)
@given(
    st.dates(D(2025, 1, 1), D(2028, 1, 1)),
    st.integers(1, 60),
    st.sampled_from(["working_day", "calendar_day", "month"]),
    st.sampled_from(sorted(STATES)),
    st.integers(0, 60),
)
def test_every_deadline_can_be_told(start: date, amount: int, unit: str, state: str, later: int) -> None:
    amount = min(amount, 12) if unit == "month" else amount
    shown = facts(start, amount, unit, state=state)
    today = start + timedelta(days=later)
    told = explain(shown, calendar(), today)
    assert told.endswith("。")
    assert "None" not in told
    assert "。。" not in told
    assert chip(shown, today, calendar()).text
    assert strip_of(shown, today, calendar())[0].label == "起"
