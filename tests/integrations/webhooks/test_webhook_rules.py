"""Signatures against the specification's published vector, the retry schedule, and addresses that are never called."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from integrations.webhooks import rules
from kernel.errors import Invalid
from kernel.ids import new_id

# Published with the reference implementations of Standard Webhooks.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, TIMESTAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
NOW = datetime(2026, 10, 9, 1, 0, tzinfo=UTC)


def test_the_published_vector_comes_out() -> None:
    assert rules.signature(SECRET, ID, TIMESTAMP, BODY) == SIGNATURE
    assert rules.signature(SECRET.removeprefix("whsec_"), ID, TIMESTAMP, BODY) == SIGNATURE


@pytest.mark.parametrize(
    ("name", "timestamp", "body"),
    [(ID + "x", TIMESTAMP, BODY), (ID, TIMESTAMP + 1, BODY), (ID, TIMESTAMP, BODY + b" ")],
)
def test_everything_that_is_signed_counts(name: str, timestamp: int, body: bytes) -> None:
    assert rules.signature(SECRET, name, timestamp, body) != SIGNATURE


def test_the_headers_are_the_specifications_and_a_rotation_has_two_signatures() -> None:
    other = rules.new_secret()
    found = rules.headers([other, SECRET], ID, TIMESTAMP, BODY)
    assert set(found) == {"webhook-id", "webhook-timestamp", "webhook-signature"}
    assert found["webhook-timestamp"] == "1614265330"
    first, second = found["webhook-signature"].split(" ")
    assert second == SIGNATURE
    assert first == rules.signature(other, ID, TIMESTAMP, BODY)


def test_new_secrets_have_the_form_that_libraries_read() -> None:
    secret = rules.new_secret()
    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret[6:], validate=True)) <= 64
    assert secret != rules.new_secret()
    with pytest.raises(ValueError, match="base64"):
        rules.signature("whsec_not base64!", ID, TIMESTAMP, BODY)


def test_the_id_is_the_same_at_every_try_and_has_no_dot() -> None:
    message_id = new_id()
    assert rules.message_name(message_id) == rules.message_name(message_id) == f"msg_{message_id.hex}"


def test_tries_follow_the_schedule_and_end() -> None:
    waits = [found - NOW for n in range(1, 10) if (found := rules.next_try(n, NOW, 0.0)) is not None]
    assert [w.total_seconds() for w in waits] == [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
    assert rules.next_try(10, NOW, 0.0) is None
    assert rules.next_try(2, NOW, 1.0) == NOW + timedelta(seconds=330)
    assert rules.next_try(1, NOW, 0.0, 120) == NOW + timedelta(seconds=120)
    assert rules.next_try(1, NOW, 0.0, 10**9) == NOW + timedelta(days=1)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.9.9.9", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "100.64.0.1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "fe80::1",
        "fd00:ec2::254", "fc00::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "::", "198.18.0.1",
    ],
)  # fmt: skip
def test_what_is_not_public_is_refused(host: str) -> None:
    assert rules.refused(host)


def test_public_addresses_and_opened_networks_are_called() -> None:
    opened = rules.networks("10.0.0.0/8, 2001:db8::/32,169.254.0.0/16")
    assert not rules.refused("8.8.8.8")
    assert not rules.refused("10.1.2.3", opened)
    assert rules.refused("192.168.1.1", opened)
    assert rules.refused("169.254.169.254", opened)
    assert rules.refused("127.0.0.1", rules.networks("127.0.0.0/8"))
    assert not rules.refused("127.0.0.1", loopback=True)


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.example.gov.cn/in", "https://10.1.2.3/in", "https://[::1]/in", "https://localhost/in", "ftp://x.cn",
        "https://user:pass@hooks.example.gov.cn", "https://hooks.example.gov.cn/in?secret=1", "", "https://",
        "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/",
    ],
)  # fmt: skip
def test_odd_addresses_are_refused_when_they_are_entered(address: str) -> None:
    with pytest.raises(Invalid):
        rules.checked_address(address)


def test_every_event_has_a_deed() -> None:
    assert set(rules.DEEDS.values()) == set(rules.EVENTS)
