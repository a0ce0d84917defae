"""Signed messages: vectors that another implementation can check, and everything that must be refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from gmssl_pyx import sm3_hmac

from integrations.links.signing import (
    NONCE,
    OURS,
    SIGNATURE,
    THEIRS,
    TIME,
    Keys,
    Request,
    Untrusted,
    canonical_query,
    new_keys,
    public_key,
    request_text,
    sign_request,
    sign_response,
    verify_request,
    verify_response,
)

NOW = datetime(2026, 10, 9, 1, 0, tzinfo=UTC)
SHARED = Keys("hmac-sm3", "k1", shared="00112233445566778899aabbccddeeff" * 2)
ASK = Request("GET", "/v1/officers", "limit=2&after=%E4%B8%AD", b"")


def _sm2() -> tuple[Keys, Keys]:
    ours, theirs = new_keys("sm2"), new_keys("sm2")
    return (
        msgspec.structs.replace(ours, peer=theirs.public),
        msgspec.structs.replace(theirs, peer=ours.public, key_id=ours.key_id),
    )


def test_the_published_vector() -> None:
    """docs/links.md prints this text and this signature."""
    text = request_text(OURS, ASK, "1791507600", "00" * 16, "k1")
    assert text.decode().split("\n") == [
        "ZS1 request", "zhunsheng", "GET", "/v1/officers", "after=%E4%B8%AD&limit=2",
        "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b", "1791507600", "00" * 16, "k1",
    ]  # fmt: skip
    headers = sign_request(SHARED, ASK, NOW, nonce="00" * 16)
    assert headers[SIGNATURE] == sm3_hmac(bytes.fromhex(SHARED.shared), text).hex(), "two libraries agree"


@pytest.mark.parametrize("keys", [(SHARED, SHARED), _sm2()], ids=["hmac-sm3", "sm2"])
def test_both_sides_sign_and_each_change_shows(keys: tuple[Keys, Keys]) -> None:
    ours, theirs = keys
    headers = sign_request(ours, ASK, NOW)
    nonce, at = verify_request(theirs, ASK, headers, NOW, signer=OURS)
    assert (nonce, at) == (headers[NONCE], NOW)
    changed = (
        Request("POST", ASK.path, ASK.query, ASK.body),
        Request("GET", "/v1/officer", ASK.query, ASK.body),
        Request("GET", ASK.path, "limit=3&after=%E4%B8%AD", ASK.body),
        Request("GET", ASK.path, ASK.query, b" "),
    )
    for request in changed:
        with pytest.raises(Untrusted):
            verify_request(theirs, request, headers, NOW, signer=OURS)
    with pytest.raises(Untrusted):
        verify_request(theirs, ASK, headers | {NONCE: "1" * 32}, NOW, signer=OURS)
    with pytest.raises(Untrusted):
        verify_request(theirs, ASK, headers, NOW + timedelta(minutes=6), signer=OURS)
    with pytest.raises(Untrusted):
        verify_request(ours, ASK, headers, NOW, signer=THEIRS)  # our own request, sent back to us
    answer = sign_response(theirs, 200, b"{}", nonce, NOW, signer=THEIRS)
    verify_response(ours, 200, b"{}", answer, nonce=nonce, now=NOW)
    for status, body, asked in ((500, b"{}", nonce), (200, b"{ }", nonce), (200, b"{}", "2" * 32)):
        with pytest.raises(Untrusted):
            verify_response(ours, status, body, answer, nonce=asked, now=NOW)


@pytest.mark.parametrize("given", ["", "zz", "00", "00" * 32, "3045" + "00" * 69])
@pytest.mark.parametrize("keys", [(SHARED, SHARED), _sm2()], ids=["hmac-sm3", "sm2"])
def test_rubbish_is_refused(keys: tuple[Keys, Keys], given: str) -> None:
    headers = sign_request(keys[0], ASK, NOW)
    for name in (SIGNATURE, TIME, NONCE):
        with pytest.raises(Untrusted):
            verify_request(keys[1], ASK, headers | {name: given}, NOW, signer=OURS)


def test_queries_have_one_form() -> None:
    assert canonical_query("b=2&a=1&b=1&c=") == "a=1&b=1&b=2&c="
    assert canonical_query("q=%e4%b8%ad+x") == "q=%E4%B8%AD%20x"


def test_keys_that_are_none() -> None:
    for text in ("", "xy", "02", "00" * 10):
        with pytest.raises(ValueError, match="SM2"):
            public_key(text)
    with pytest.raises(ValueError, match="32 bytes"):
        new_keys("hmac-sm3", shared="00" * 16)
