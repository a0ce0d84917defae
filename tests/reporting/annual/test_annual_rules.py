"""The machine, the reminders and the fixed writing of a yearly paper, without a database (Art. 12)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import IllegalTransition
from reporting.annual import rules
from reporting.annual.rules import KINDS, MACHINE, SECTIONS, PaperFacts

DUE = date(2026, 2, 2)
BEFORE = date(2026, 1, 19)
WHOLE = PaperFacts(complete=True)
STEPS = ("write", "approve", "return", "submit", "publish", "accept", "send_back")


@given(st.lists(st.sampled_from(STEPS), max_size=12))
def test_nothing_is_sent_in_unsettled_and_nothing_received_is_changed(actions: list[str]) -> None:
    state, settled = MACHINE.initial, False
    for action in actions:
        try:
            after = MACHINE.step(state, action, WHOLE).reached_from(state)
        except IllegalTransition:
            continue
        assert state != "accepted" or (action == "publish" and after == state)
        assert action != "submit" or settled
        settled = after == "approved" or (settled and after in ("submitted", "accepted"))
        state = after


def test_a_gap_and_a_missing_reason_are_named() -> None:
    with pytest.raises(IllegalTransition, match="没有写完"):
        MACHINE.step("draft", "approve", PaperFacts())
    with pytest.raises(IllegalTransition, match="理由"):
        MACHINE.step("submitted", "send_back", PaperFacts(reason_given=False))
    for kind in KINDS:
        assert rules.missing(kind, {}) == list(SECTIONS[kind])
        assert rules.missing(kind, dict.fromkeys(SECTIONS[kind], "依法履行职责，全年无违法。")) == []


@given(
    st.integers(-60, 60),
    st.booleans(),
    st.booleans(),
    st.sets(st.sampled_from(["soon", "today", "overdue", "unpublished"])),
)
def test_each_reminder_fits_its_day_and_comes_once(
    offset: int, submitted: bool, published: bool, sent: set[str]
) -> None:
    today = DUE + timedelta(days=offset)
    found = rules.reminders(DUE, today, BEFORE, submitted=submitted, published=published, sent=sent)
    again = rules.reminders(DUE, today, BEFORE, submitted=submitted, published=published, sent={*sent, *found})
    assert again == []
    assert not set(found) & sent
    assert len(found) <= 1
    if submitted:
        assert set(found) <= {"unpublished"}
    if today < BEFORE or (submitted and published):
        assert found == []


def test_the_days_of_the_reminders() -> None:
    def given_on(day: date) -> list[str]:
        return rules.reminders(DUE, day, BEFORE, submitted=False, published=False, sent=())

    assert given_on(BEFORE - timedelta(days=1)) == []
    assert given_on(BEFORE) == given_on(DUE - timedelta(days=1)) == ["soon"]
    assert given_on(DUE) == ["today"]
    assert given_on(DUE + timedelta(days=1)) == ["overdue"]


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=5))
def test_the_hash_knows_the_content_and_not_the_order(content: dict[str, str]) -> None:
    turned = dict(reversed(content.items()))
    assert rules.content_hash(content) == rules.content_hash(turned)
    assert rules.content_hash({**content, "a key of its own": "x"}) != rules.content_hash(content)


@pytest.mark.parametrize(
    "url",
    [
        "", "www.example.gov.cn", "ftp://example.gov.cn/a", "javascript:alert(1)", "http://", "https://localhost",
        "https://user@example.gov.cn", "https://example.gov.cn/a b", "https://example.gov.cn:99999/", "https://[x/",
        "https://example.gov.cn/" + "a" * 500,
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_public_page(url: str) -> None:
    assert rules.address_fault(url)


def test_an_address() -> None:
    assert rules.address_fault("https://www.example.gov.cn/xxgk/2026/0120.html?id=1") == ""
