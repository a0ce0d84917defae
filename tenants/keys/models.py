"""Keys with which another system of an organ calls the API, as a service account of that organ."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, Versioned


class ApiKey(Versioned, TenantRow):
    """A service account. It is never deleted: what it did names it."""

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint("cardinality(scopes) > 0", name="scopes"),
        CheckConstraint("per_minute between 1 and 6000", name="per_minute"),
        CheckConstraint("(revoked_at is null) = (revoked_by_name = '')", name="revoked"),
        UniqueConstraint("city_id", "organ_id", "id"),
        UniqueConstraint("city_id", "organ_id", "name"),
    )

    name: Mapped[str]
    """The system that holds it: 城管局办公系统."""
    scopes: Mapped[list[str]]
    """Areas of the API with :read or :write (`rules.SCOPES`)."""
    expires_on: Mapped[date]
    """The last day on which it opens anything."""
    per_minute: Mapped[int]
    """Calls that it may make in a minute."""
    made_by_name: Mapped[str]
    revoked_at: Mapped[datetime | None]
    revoked_by_name: Mapped[str] = mapped_column(server_default="")
    revoke_reason: Mapped[str] = mapped_column(server_default="")


class ApiKeySecret(TenantRow):
    """One secret of a key, as its SHA-256: a random value of 256 bits needs no slow hash."""

    __tablename__ = "api_key_secret"
    __table_args__ = (
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
        ForeignKeyConstraint(["city_id", "organ_id", "key_id"], ["api_key.city_id", "api_key.organ_id", "api_key.id"]),
        Index("ix_api_key_secret_hash", "token_hash"),
        Index("ix_api_key_secret_key", "city_id", "key_id"),
    )

    key_id: Mapped[UUID]
    hint: Mapped[str]
    """The last four characters, by which people tell secrets apart."""
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    made_by_name: Mapped[str]
    valid_until: Mapped[datetime | None]
    """NULL: the present one. After a rotation the old one lives on until then."""


class ApiKeyUse(TenantRow):
    """What a key did last, and the calls of its present minute. One row a key; written by a guard function only."""

    __tablename__ = "api_key_use"
    __table_args__ = (
        CheckConstraint("calls >= 0", name="calls"),
        ForeignKeyConstraint(["city_id", "organ_id", "key_id"], ["api_key.city_id", "api_key.organ_id", "api_key.id"]),
        UniqueConstraint("city_id", "organ_id", "key_id"),
        {"postgresql_with": {"fillfactor": "50"}},
    )

    key_id: Mapped[UUID]
    window_at: Mapped[datetime]
    calls: Mapped[int]
    last_used_at: Mapped[datetime | None]
    last_used_from: Mapped[str] = mapped_column(server_default="")
