"""Twelve ways to falsify a sealed history, a hundred times each: all of them are found."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from kernel.sealing.checking import LONGEST_TRANSACTION, Span, check_kept
from kernel.sealing.keeping import sign
from kernel.sealing.keys import public_keys
from kernel.sealing.trees import ALGORITHMS
from tests.audit.history import KEEPER, SECRET, History, history, line

ROUNDS = 100
Attack = Callable[[History, random.Random], None]


def _batch(log: History, chance: random.Random, least: int = 1) -> tuple[int, UUID]:
    """A seal and an organ with at least so many entries in it."""
    places = [(n, o) for n, groups in enumerate(log.lines) for o, found in groups.items() if len(found) >= least]
    return chance.choice(places)


def edit(log: History, chance: random.Random) -> None:
    number, organ = _batch(log, chance)
    found = log.lines[number][organ]
    place = chance.randrange(len(found))
    found[place] = found[place].replace("下载".encode(), "上传".encode())


def delete(log: History, chance: random.Random) -> None:
    number, organ = _batch(log, chance)
    found = log.lines[number][organ]
    del found[chance.randrange(len(found))]


def insert(log: History, chance: random.Random) -> None:
    number, organ = _batch(log, chance)
    found = log.lines[number][organ]
    found.insert(chance.randint(0, len(found)), line(organ, log.seals[number].sealed_at, 9_999))


def swap(log: History, chance: random.Random) -> None:
    number, organ = _batch(log, chance, 2)
    found = log.lines[number][organ]
    a, b = chance.sample(range(len(found)), 2)
    found[a], found[b] = found[b], found[a]


def cut_tail(log: History, chance: random.Random) -> None:
    kept = chance.randint(1, len(log.seals) - 1)
    del log.seals[kept:], log.heads[kept:], log.lines[kept:]


def rewrite_chain(log: History, chance: random.Random) -> None:
    edit(log, chance)
    log.reseal()


def edit_seal(log: History, chance: random.Random) -> None:
    number = chance.randrange(len(log.seals))
    seal = log.seals[number]
    log.seals[number] = chance.choice(
        [
            replace(seal, entries=seal.entries + 1),
            replace(seal, sealed_at=seal.sealed_at + timedelta(days=1)),
            replace(seal, root=bytes(32)),
            replace(seal, to_xid=seal.to_xid + 5),
            replace(seal, head=bytes(32)),
            replace(seal, algorithm="sm3" if seal.algorithm == "sha256" else "sha256"),
        ]
    )


def fork(log: History, chance: random.Random) -> None:
    """Another history from some seal on, as long as the true one and sound in itself."""
    kept = chance.randint(0, len(log.seals) - 1)
    other = log.lines[kept:]
    times = [seal.sealed_at for seal in log.seals[kept:]]
    del log.seals[kept:], log.heads[kept:], log.lines[kept:]
    for groups, at in zip(other, times, strict=True):
        log.seal({o: [x.replace("下载".encode(), "另一".encode()) for x in found] for o, found in groups.items()}, at)


def replay(log: History, chance: random.Random) -> None:
    """An earlier seal is shown once more as the newest, with its number changed or not."""
    number = chance.randrange(len(log.seals) - 1)
    again = log.seals[number]
    if chance.random() < 0.5:
        again = replace(again, number=len(log.seals) + 1)
        again = replace(again, head=again.reckoned())
    log.seals.append(again)
    log.heads.append(log.heads[number])
    log.lines.append(log.lines[number])


def clock_back(log: History, chance: random.Random) -> None:
    """The database's clock is set back: whatever is sealed from then on claims to be older than what came before."""
    at = log.seals[-1].sealed_at - timedelta(minutes=chance.randint(1, 600))
    organ = log.heads[-1][0].organ_id
    log.seal({organ: [line(organ, at, 5_000)]}, at)


def entry_dated_back(log: History, chance: random.Random) -> None:
    """The same for one entry: written today, dated last week."""
    at = log.seals[-1].sealed_at
    organ = log.heads[-1][0].organ_id
    past = at - LONGEST_TRANSACTION - timedelta(minutes=chance.randint(2, 10_000))
    log.seal({organ: [line(organ, past, 5_000)]}, at + timedelta(seconds=1))


def other_tenants_entry(log: History, chance: random.Random) -> None:
    """An entry changes its organ."""
    number, organ = _batch(log, chance)
    found = log.lines[number][organ]
    entry = found.pop(chance.randrange(len(found)))
    other = next(o for o in log.lines[number] if o != organ)
    log.lines[number][other].append(str(other).encode() + entry[36:])


def forged_proof(log: History, chance: random.Random) -> None:
    """History rewritten, and the kept heads made to fit, but without the keepers' keys."""
    rewrite_chain(log, chance)
    for place, one in enumerate(log.kept):
        fitting = log.newest(one.subject_id)
        signature = chance.choice([one.signature, bytes(64), b"", one.signature[::-1]])
        log.kept[place] = replace(one, head=fitting.head if fitting else log.seals[-1].head, signature=signature)


ATTACKS: dict[Attack, set[str]] = {
    edit: {"entries"},
    delete: {"entries"},
    insert: {"entries"},
    swap: {"entries"},
    cut_tail: {"tail"},
    rewrite_chain: {"kept"},
    edit_seal: {"seal"},
    fork: {"kept"},
    replay: {"chain", "stream"},
    clock_back: {"clock"},
    entry_dated_back: {"clock"},
    other_tenants_entry: {"entries"},
    forged_proof: {"signature"},
}


def test_what_is_not_falsified_verifies() -> None:
    for seed in range(ROUNDS):
        for algorithm in ALGORITHMS:
            assert history(seed, algorithm).kinds(seed) == set()


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_every_falsification_is_found(attack: Attack) -> None:
    found = 0
    for seed in range(ROUNDS):
        log = history(seed, ALGORITHMS[seed % 2])
        attack(log, random.Random(seed))
        kinds = log.kinds(seed)
        assert kinds & ATTACKS[attack], f"seed {seed}: {kinds}"
        found += 1
    assert found == ROUNDS


def test_the_keepers_key_is_the_known_one() -> None:
    """A signature of somebody else's key holds under that key: the keepers' own are known from the secret."""
    log, span = history(1), Span()
    check_kept(span, [sign(log.kept[0], b"x" * 32)], public_keys(SECRET, [KEEPER]))
    assert [f.kind for f in span.findings] == ["signature"]
