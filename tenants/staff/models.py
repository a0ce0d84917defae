"""Persons, their posts, and the accounts that they log in with."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, TenantRow


class Person(TenantRow):
    """A natural person in public service. The citizen id is encrypted; `citizen_hash` is its keyed look-up."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("city_id", "organ_id", "id"), Index("ix_person_citizen", "citizen_hash"))

    name: Mapped[str]
    citizen_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    citizen_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone: Mapped[str] = mapped_column(server_default="")


class Account(TenantRow):
    """A log-in name within one organ. One person may have several posts behind one account."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "username"),
        ForeignKeyConstraint(["city_id", "organ_id"], ["organ.city_id", "organ.id"]),
        ForeignKeyConstraint(["city_id", "organ_id", "person_id"], ["person.city_id", "person.organ_id", "person.id"]),
    )

    person_id: Mapped[UUID]
    username: Mapped[str]
    password_hash: Mapped[str]
    password_changed_at: Mapped[datetime]
    must_change: Mapped[bool]
    disabled_at: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]
    preferences: Mapped[dict[str, Any]]


class LoginAttempt(Base):
    """Log-in tries under one name or from one address, by the hash of it: a name that no account bears is counted
    like any other. Written by guard functions only."""

    __tablename__ = "login_attempt"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failures: Mapped[int]
    started_at: Mapped[datetime]
    """When the present count began."""
    locked_until: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class Post(TenantRow):
    """A dated post of a person in an organ with its roles. `organ_id` is the organ of the post, so a person's
    posts may lie in several tenants; log-in finds them through a narrow security-definer function."""

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("city_id", "organ_id", "id"),
        ForeignKeyConstraint(["city_id", "organ_id"], ["organ.city_id", "organ.id"]),
        ForeignKeyConstraint(["city_id", "person_id"], ["person.city_id", "person.id"]),
        Index("ix_post_person", "city_id", "person_id"),
    )

    person_id: Mapped[UUID]
    person_name: Mapped[str]
    title: Mapped[str]
    unit: Mapped[str] = mapped_column(server_default="")
    kind: Mapped[str]
    """main 主岗, concurrent 兼任, seconded 挂职."""
    roles: Mapped[list[str]]
    certificate_no: Mapped[str] = mapped_column(server_default="")
    """Number of the supervision certificate (监督证), shown masked; empty: the person may not handle matters."""
    certificate_until: Mapped[date | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
