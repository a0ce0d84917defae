"""Quiet hours over midnight, what cannot be switched off, addresses, codes, pauses; and that no text tells a matter."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.notify import rules, wording
from kernel.clock import SHANGHAI
from kernel.errors import Invalid

NIGHT = rules.QUIET


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "quiet", "ends"),
    [
        ("2026-10-09 20:59", NIGHT, None),
        ("2026-10-09 21:00", NIGHT, "2026-10-10 08:00"),
        ("2026-10-09 23:59", NIGHT, "2026-10-10 08:00"),
        ("2026-10-10 00:00", NIGHT, "2026-10-10 08:00"),
        ("2026-10-10 07:59", NIGHT, "2026-10-10 08:00"),
        ("2026-10-10 08:00", NIGHT, None),
        ("2026-12-31 22:00", NIGHT, "2027-01-01 08:00"),
        ("2026-10-09 12:30", (720, 840), "2026-10-09 14:00"),
        ("2026-10-09 14:00", (720, 840), None),
        ("2026-10-09 03:00", (600, 600), None),
        ("2026-10-09 23:30", (1380, 0), "2026-10-10 00:00"),
    ],
)
def test_quiet_hours_end_when_they_say(now: str, quiet: tuple[int, int], ends: str | None) -> None:
    found = rules.quiet_end(at(now), quiet)
    assert found == (at(ends) if ends else None)


@given(st.datetimes(), st.integers(0, 1439), st.integers(0, 1439))
def test_the_end_is_within_a_day_and_is_not_quiet(now: datetime, start: int, end: int) -> None:
    local = now.replace(year=2026, tzinfo=SHANGHAI)
    found = rules.quiet_end(local, (start, end))
    if found is not None:
        assert local < found <= local + timedelta(days=1)
        assert rules.quiet_end(found, (start, end)) is None
        assert rules.quiet_end(found - timedelta(minutes=1), (start, end)) == found


def test_what_the_law_asks_for_cannot_be_switched_off() -> None:
    assert rules.channels_for({"email", "sms"}, [], is_statutory=True) == ["email", "sms"]
    assert rules.channels_for({"email", "sms"}, ["message"], is_statutory=True) == ["email", "sms"]
    assert rules.channels_for({"email", "sms"}, ["sms"], is_statutory=True) == ["sms"]
    assert rules.channels_for({"email", "sms"}, [], is_statutory=False) == []
    assert rules.channels_for({"email"}, None, is_statutory=False) == ["email"]
    assert rules.statutory("overdue", None)
    assert rules.statutory("report", "20")
    assert not rules.statutory("report", "规则:分权")
    assert not rules.statutory("approval", None)


def test_only_a_statutory_limit_of_today_breaks_the_night() -> None:
    today = date(2026, 10, 9)
    assert rules.urgent(today, today, is_statutory=True)
    assert rules.urgent(today, date(2026, 10, 1), is_statutory=True)
    assert not rules.urgent(today, date(2026, 10, 10), is_statutory=True)
    assert not rules.urgent(today, today, is_statutory=False)
    assert not rules.urgent(today, None, is_statutory=True)


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("email", "li"), ("email", "a@b"), ("email", "a@b.cn\nBcc: x@y.cn"), ("email", "李@例.cn"), ("sms", "12345"),
        ("sms", "+8613800000000"), ("message", ""), ("pigeon", "x"), ("email", "a,b@c.cn"), ("email", "<a@b.cn>"),
    ],
)  # fmt: skip
def test_odd_addresses_are_refused(channel: str, address: str) -> None:
    with pytest.raises(Invalid):
        rules.checked_address(channel, address)


def test_addresses_are_masked() -> None:
    assert rules.masked("email", "chenmingyuan@example.gov.cn") == "ch***@example.gov.cn"
    assert rules.masked("sms", "13912345678") == "139****78"


def test_a_code_is_six_digits_of_this_address_and_this_try() -> None:
    first = rules.code(b"k" * 32, b"a" * 16, b"1" * 16)
    assert len(first) == 6
    assert first.isdecimal()
    assert {rules.code(b"k" * 32, b"a" * 16, bytes([n]) * 16) for n in range(50)} != {first}


def test_pauses_grow_and_end() -> None:
    now = at("2026-10-09 09:00")
    waits = [found - now for n in range(1, 7) if (found := rules.next_try(n, now)) is not None]
    assert waits == sorted(waits)
    assert len(waits) == 6
    assert rules.next_try(7, now) is None


def test_every_kind_has_its_sentence() -> None:
    assert set(tomllib.loads(wording.FILE.read_text())["kinds"]) == set(rules.KINDS)


@given(st.text(min_size=4, max_size=60), st.text(min_size=4, max_size=60))
def test_no_text_tells_what_a_matter_is_about(title: str, body: str) -> None:
    """Titles and bodies are not among what the templates know, so that nothing can put them in."""
    fields = set(rules.Line.__slots__)
    assert fields == {"kind", "organ", "article", "due_on", "link"}
    line = rules.Line("clue", "建安区司法局", "17", date(2026, 10, 9), "")
    for channel in rules.CHANNELS:
        subject, text = wording.of_notice(channel, line)
        assert "建安区司法局" in subject + text
        assert title not in subject + text or title in "".join(fields)
        assert body not in subject + text or body in "".join(fields)


def test_a_text_says_until_when_and_on_what_it_rests() -> None:
    line = rules.Line("reminder", "建安区城管局", "19", date(2026, 10, 30), "https://zs.example/notices/1")
    subject, text = wording.of_notice("email", line)
    assert "建安区城管局" in subject
    assert all(said in text for said in ("10月30日", "第十九条", "https://zs.example/notices/1"))
    assert "10月30日" in wording.of_notice("sms", line)[1]
    assert len(wording.of_notice("sms", line)[1]) <= 70


def test_a_digest_counts_and_lists() -> None:
    lines = [rules.Line("approval", "建安区司法局", "", None, ""), rules.Line("clue", "建安区司法局", "", None, "")]
    subject, text = wording.of_digest("email", "建安区司法局", lines)
    assert "2条消息" in subject
    assert "1. 有事项待您审批" in text
    assert "2. 有线索" in text
    assert wording.of_digest("sms", "建安区司法局", lines)[1].count("\n") == 0
