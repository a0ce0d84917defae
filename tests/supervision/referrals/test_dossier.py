"""The dossier: equal contents give equal bytes, and every change shows without this system."""

from __future__ import annotations

import hashlib
import io
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from supervision.referrals.dossier import MANIFEST, SUMS, Piece, archive, faults, manifest, sm3
from supervision.referrals.rules import KINDS, REFERRAL, ReferralFacts, problems, within_hours

texts = st.binary(min_size=1, max_size=60)


def pieces(contents: list[bytes]) -> list[Piece]:
    return [
        Piece(role="evidence", name=f"{n}.pdf", media_type="application/pdf", sha256=hashlib.sha256(c).hexdigest(),
              sm3=sm3(c), size=len(c))
        for n, c in enumerate(contents)
    ]  # fmt: skip


def packed(contents: list[bytes]) -> tuple[bytes, bytes]:
    made = manifest({"referral": "1"}, [{"no": 1}], pieces(contents))
    return made, archive(made, {hashlib.sha256(c).hexdigest(): c for c in contents})


@given(st.lists(texts, max_size=6))
def test_equal_contents_give_equal_bytes_and_verify(contents: list[bytes]) -> None:
    made, data = packed(contents)
    assert packed(contents) == (made, data)
    assert faults(data, hashlib.sha256(made).hexdigest()) == []


@given(st.lists(texts, min_size=1, max_size=4, unique=True), st.integers(0, 3), texts)
def test_every_change_of_a_file_shows(contents: list[bytes], which: int, other: bytes) -> None:
    made, data = packed(contents)
    value = hashlib.sha256(made).hexdigest()
    held = {n: zipfile.ZipFile(io.BytesIO(data)).read(n) for n in zipfile.ZipFile(io.BytesIO(data)).namelist()}
    names = sorted(n for n in held if n not in (MANIFEST, SUMS))
    name = names[which % len(names)]
    for change in ({name: other}, {name: None}, {"evidence/999.pdf": other}, {MANIFEST: made + b" "}):
        changed = {n: c for n, c in {**held, **change}.items() if c is not None}
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made_again:
            for n, c in changed.items():
                made_again.writestr(n, c)
        assert bool(faults(out.getvalue(), value)) == (changed != held)
    assert faults(b"PK\x03\x04", value)
    assert faults(data, "0" * 64) == ["清单与移送文书所列校验值不一致"]


def test_the_sums_are_for_the_tool_that_everybody_has() -> None:
    _, data = packed([b"one", b"two"])
    opened = zipfile.ZipFile(io.BytesIO(data))
    for line in opened.read(SUMS).decode().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256(opened.read(name)).hexdigest() == digest
    assert {line.partition("  ")[2] for line in opened.read(SUMS).decode().splitlines()} == {
        *opened.namelist()
    } - {SUMS}  # fmt: skip


@given(st.lists(st.sampled_from([t.action for t in REFERRAL.transitions]), max_size=12))
def test_nothing_is_sent_that_was_not_decided_and_sealed(actions: list[str]) -> None:
    state, decided, sealed = "draft", False, False
    for action in actions:
        try:
            state = REFERRAL.step(state, action, ReferralFacts(sealed=sealed)).reached_from(state)
        except Exception:
            continue
        decided = action == "transfer" or (decided and action != "reopen")
        sealed = decided
        if state in ("sent", "acknowledged"):
            assert decided
            assert sealed


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=5))
def test_a_short_text_is_refused_with_what_to_write(kind: str, short: str) -> None:
    found = problems(kind, dict.fromkeys(("subject", "conduct", "discovered", "recipient"), short.strip()[:1]))
    assert {e.field for e in found} == {"subject", "conduct", "discovered", "recipient"}
    assert all(e.message.startswith("请") for e in found)


def test_hours_run_over_holidays() -> None:
    from datetime import UTC, datetime

    assert within_hours(datetime(2026, 9, 30, 8, tzinfo=UTC), 1) == datetime(2026, 10, 1, 8, tzinfo=UTC)
