"""Addresses, pauses and the breaker, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.links.digests import Tally, bucket_of, differing, whole
from integrations.links.http import client
from integrations.links.rules import LONGEST_PAUSE, Breaker, checked_address, content_hash, pause_after
from kernel.errors import Invalid

NOW = datetime(2026, 10, 9, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize("address", ["https://jk.example.gov.cn/v1", "https://10.20.1.5:8443", "https://[fd12::5]/x/"])
def test_addresses_of_systems(address: str) -> None:
    assert checked_address(address) == address.rstrip("/")


@pytest.mark.parametrize(
    "address",
    [
        "http://jk.example.gov.cn", "ftp://a.example", "https://", "https://user:pw@a.example", "https://a.example?x=1",
        "https://a.example#f", "https://127.0.0.1", "https://localhost/x", "https://[::1]", "https://169.254.169.254",
        "https://[::ffff:127.0.0.1]", "https://0.0.0.0", "https://224.0.0.1", "https://a.example:99999", "javascript:x",
        "https://100.100.100.200/latest",
    ],
)  # fmt: skip
def test_addresses_that_are_refused(address: str) -> None:
    with pytest.raises(Invalid):
        checked_address(address)


def test_this_machine_may_be_called_for_the_simulators_alone() -> None:
    assert checked_address("http://127.0.0.1:8034/", loopback=True) == "http://127.0.0.1:8034"
    with pytest.raises(Invalid):
        checked_address("http://10.0.0.1", loopback=True)


async def test_a_name_that_leads_to_this_machine_is_not_called() -> None:
    async with client("https://localhost:9") as http:
        with pytest.raises(httpx.ConnectError, match="may not be called"):
            await http.get("/")


@given(attempts=st.integers(1, 60), jitter=st.floats(0, 1))
def test_pauses_grow_to_a_limit_and_are_spread(attempts: int, jitter: float) -> None:
    pause = pause_after(attempts, jitter)
    assert timedelta(seconds=1) <= pause <= LONGEST_PAUSE
    assert pause_after(attempts + 1, jitter) >= pause


def test_a_breaker() -> None:
    breaker = Breaker()
    for _ in range(4):
        breaker = breaker.failed(NOW)
        assert breaker.state(NOW) == "closed"
    breaker = breaker.failed(NOW)
    assert breaker.state(NOW) == "open"
    assert breaker.open_until is not None
    assert breaker.state(breaker.open_until) == "half_open"
    assert breaker.failed(breaker.open_until).state(breaker.open_until) == "open"
    assert breaker.succeeded() == Breaker()


@given(st.lists(st.tuples(st.text("abc012", min_size=1, max_size=6), st.integers(1, 9)), unique_by=lambda i: i[0]))
def test_a_difference_is_in_its_bucket_and_nowhere_else(items: list[tuple[str, int]]) -> None:
    def tally(rows: list[tuple[str, int]]) -> Tally:
        made = Tally()
        for item, version in sorted(rows):
            made.add(item, version, content_hash({"v": version}))
        return made

    ours = tally(items).buckets()
    assert whole(ours) == whole(tally(items).buckets())
    for n, (item, version) in enumerate(items):
        other = tally([*items[:n], (item, version + 1), *items[n + 1 :]]).buckets()
        assert differing(ours, other) == [bucket_of(item)]
        assert whole(other) != whole(ours)
