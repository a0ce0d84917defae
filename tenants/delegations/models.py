"""Delegations (代行): one post acts for another of the same organ, for a time, in named acts."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow


class Delegation(TenantRow):
    """Proposed by the security administrator, in force once the audit administrator has approved it."""

    __tablename__ = "delegation"
    __table_args__ = (
        ForeignKeyConstraint(
            ["city_id", "organ_id", "principal_post_id"], ["post.city_id", "post.organ_id", "post.id"]
        ),
        ForeignKeyConstraint(["city_id", "organ_id", "delegate_post_id"], ["post.city_id", "post.organ_id", "post.id"]),
        CheckConstraint("state in ('proposed', 'approved', 'rejected', 'withdrawn', 'ended')", name="state"),
        CheckConstraint("valid_from <= valid_to", name="days"),
        CheckConstraint("principal_person_id <> delegate_person_id", name="persons"),
        CheckConstraint("decided_by is null or decided_by <> proposed_by", name="four_eyes"),
        CheckConstraint("state not in ('approved', 'ended') or decided_by is not null", name="decided"),
        Index("ix_delegation_organ", "city_id", "organ_id", "valid_to"),
    )

    principal_post_id: Mapped[UUID]
    principal_person_id: Mapped[UUID]
    principal_name: Mapped[str]
    principal_title: Mapped[str]
    delegate_post_id: Mapped[UUID]
    delegate_person_id: Mapped[UUID]
    delegate_name: Mapped[str]
    delegate_title: Mapped[str]
    roles: Mapped[list[str]]
    acts: Mapped[list[str]]
    """``kind/action`` of each act that is lent; never empty, so that a later rule widens nothing."""
    reason: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    """Inclusive, like the days of posts."""
    state: Mapped[str]
    proposed_by: Mapped[UUID]
    """Person, not account: four eyes are two persons."""
    proposed_by_name: Mapped[str]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_by_name: Mapped[str] = mapped_column(server_default="")
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(server_default="")
    ended_by_name: Mapped[str] = mapped_column(server_default="")
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(server_default="")
    row_version: Mapped[int] = mapped_column(server_default=text("1"))

    @property
    def parties(self) -> str:
        """李四代行王五（监督机构负责人）职责"""
        return f"{self.delegate_name}代行{self.principal_name}（{self.principal_title}）职责"
