"""What is entered into the registers: one frozen struct for each kind of entry."""

from __future__ import annotations

from datetime import date

import msgspec


class OfficerInput(msgspec.Struct, frozen=True, kw_only=True):
    """The file of an officer (Arts. 6, 10). `citizen_id` in clear, on its way into the vault; empty in a change: as
    it is."""

    name: str
    employment: str
    title: str
    joined_on: date
    citizen_id: str = ""
    unit: str = ""
    areas: tuple[str, ...] = ()
    phone: str = ""
    legal_qualification: bool = False
    username: str = ""
    """Log-in name of the officer's account in this organ; empty: none."""


class TrainingInput(msgspec.Struct, frozen=True, kw_only=True):
    """Training that was attended; negative `hours` take back hours that were entered by mistake, with a `note`."""

    held_on: date
    subject: str
    provider: str
    hours: int
    note: str = ""


class ExaminationInput(msgspec.Struct, frozen=True, kw_only=True):
    """An examination for a certificate; `score` of 100, where one was given."""

    kind: str
    held_on: date
    passed: bool
    score: int | None = None
    note: str = ""


class BodyInput(msgspec.Struct, frozen=True, kw_only=True):
    """An enforcement body (Article 10(5)): `kind` organ, authorised or entrusted."""

    kind: str
    name: str
    authority: str
    scope: str
    valid_from: date
    uscc: str = ""
    confirmed_by: str = ""
    announced_on: date | None = None
    valid_until: date | None = None
