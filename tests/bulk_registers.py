"""Registers in bulk: officers of every organ with certificates in every state and hours, for the plans of lists."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from tenants.organs.directory import Directory

NAMES = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红玲"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_OFFICER = (
    "city_id id organ_id name citizen_cipher citizen_hash citizen_mask employment title unit areas joined_on left_on"
)
_CERTIFICATE = (
    "city_id id organ_id officer_id citizen_hash holder_name kind number issuer_id areas issued_on valid_from"
    " valid_until status status_on"
)
_TRAINING = "city_id id organ_id officer_id year held_on subject provider hours"
KINDS = (0x0D, 0x0E, 0x0F)


def tables(tree: Directory, today: date, number: int) -> Iterator[tuple[str, str, Iterator[str]]]:
    """(table, columns, lines for COPY) of `number` officers; every fourth one works in the one biggest organ of a
    county, as its police or urban management does."""
    city = next(iter(tree.organs.values())).city_id
    organs = sorted(o.id for o in tree.organs.values() if tree.facts[o.id].alive_on(today))
    made = [_Officer(n, organs[0] if n % 4 == 0 else organs[n % len(organs)], today) for n in range(number)]
    yield "officer", _OFFICER, (_line(city, *officer.row()) for officer in made)
    yield "certificate", _CERTIFICATE, (_line(city, *officer.certificate(organs[1])) for officer in made)
    yield "training", _TRAINING, (_line(city, *officer.training()) for officer in made)


class _Officer:
    def __init__(self, n: int, organ: UUID, today: date) -> None:
        self.n, self.organ, self.today = n, organ, today
        self.name = SURNAMES[n % 20] + NAMES[n // 20 % 28] + (NAMES[n // 560 % 28] if n % 3 else "")
        self.hash = "\\\\x" + hashlib.sha256(f"officer {n}".encode()).hexdigest()

    def id(self, kind: int) -> str:
        return f"01900000-{KINDS[kind]:04x}-7000-8000-{self.n:012x}"

    def row(self) -> tuple[object, ...]:
        left = self.today - timedelta(days=self.n % 900) if self.n % 11 == 0 else None
        return (
            self.id(0), self.organ, self.name, "\\\\x00", self.hash, f"4110************{self.n % 100:02d}",
            "civil_service", "执法队员", "执法大队", "{}", date(2015, 1, 1) + timedelta(days=self.n % 2000), left,
        )  # fmt: skip

    def certificate(self, issuer: UUID) -> tuple[object, ...]:
        until = self.today + timedelta(days=(self.n * 7) % 2200 - 400)
        status = "suspended" if self.n % 97 == 0 else "expired" if until < self.today else "valid"
        start = until - timedelta(days=1826)
        return (
            self.id(1), self.organ, self.id(0), self.hash, self.name, "enforcement", f"1604{self.n:07d}", issuer, "{}",
            start, start, until, status, start,
        )  # fmt: skip

    def training(self) -> tuple[object, ...]:
        held = date(self.today.year, 1 + self.n % 9, 10)
        return (self.id(2), self.organ, self.id(0), held.year, held, "业务培训", "区司法局", 16 + self.n % 50)


def _line(*values: object) -> str:
    return "\t".join(["\\N" if v is None else str(v) for v in values]) + "\n"
