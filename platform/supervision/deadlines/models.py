"""Deadlines are rows, not timers: each knows why it ends when it ends and what has already happened around it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import CityRow, TenantRow, Versioned


class Deadline(Versioned, TenantRow):
    """A statutory or set time limit. `organ_id` is the organ that watches it, `bound_id` the organ that it binds."""

    __tablename__ = "deadline"
    __table_args__ = (
        CheckConstraint("state in ('running', 'suspended', 'met', 'lapsed', 'cancelled')", name="state"),
        UniqueConstraint("city_id", "organ_id", "id"),
        Index("ix_deadline_wake", "wake_on", "id", postgresql_where=text("wake_on is not null")),
        Index("ix_deadline_running", "city_id", "organ_id", "state", "due_on", "id"),
        Index("ix_deadline_subject", "city_id", "subject_id"),
        Index("ix_deadline_matter", "city_id", "matter_id"),
    )

    bound_id: Mapped[UUID]
    subject_kind: Mapped[str]
    """clue, instrument, report, decision, extension, objection, recusal, matter, question …"""
    subject_id: Mapped[UUID]
    matter_id: Mapped[UUID | None]
    title: Mapped[str]
    """What has to be done by then: 书面报告处理情况."""
    rule_key: Mapped[str]
    rulebook_key: Mapped[str]
    amount: Mapped[int]
    unit: Mapped[str]
    source: Mapped[str]
    article: Mapped[str]
    start_event: Mapped[str]
    started_on: Mapped[date]
    due_on: Mapped[date]
    provisional: Mapped[bool]
    shifted: Mapped[bool]
    calendar_version: Mapped[str]
    state: Mapped[str]
    suspended_on: Mapped[date | None]
    suspended_reason: Mapped[str] = mapped_column(server_default="")
    ended_on: Mapped[date | None]
    """The day on which it was met, lapsed for good or cancelled."""
    extended: Mapped[bool]
    round: Mapped[int]
    """Grows with each extension or new time limit: the reminders of a new end run again."""
    ladder: Mapped[bool]
    """Whether the escalation ladder of the rule book runs on it (instruments) or only its own reminder."""
    wake_on: Mapped[date | None]
    """The next day on which the sweep has something to do; NULL when nothing is left."""
    history: Mapped[list[Any]]
    """Each change: {on, kind: extension|suspension|resumption|recalculation, from, to, reason}."""


class DeadlineStep(CityRow):
    """One thing that happened by itself around a deadline: the unique key is what makes it happen once."""

    __tablename__ = "deadline_step"
    __table_args__ = (
        ForeignKeyConstraint(
            ["city_id", "organ_id", "deadline_id"], ["deadline.city_id", "deadline.organ_id", "deadline.id"]
        ),
        Index("uq_deadline_step_once", "city_id", "deadline_id", "round", "step", "organ_id", unique=True),
    )

    organ_id: Mapped[UUID]
    deadline_id: Mapped[UUID]
    round: Mapped[int]
    step: Mapped[str]
    taken_at: Mapped[datetime]
    due_for: Mapped[date]
    """The day on which the step's condition came true, also when the sweep ran later."""


class Notice(TenantRow):
    """A line in the bell of an organ: addressed to roles of the organ, or to one post."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_inbox", "city_id", "organ_id", "at", "id"),)

    roles: Mapped[list[str]]
    post_id: Mapped[UUID | None]
    kind: Mapped[str]
    """reminder, overdue, served, answered, approval, escalation, report, decision, clue."""
    title: Mapped[str]
    body: Mapped[str] = mapped_column(server_default="")
    link: Mapped[str]
    article: Mapped[str | None]
    at: Mapped[datetime]
    due_on: Mapped[date | None]
    read_by: Mapped[list[UUID]]
    """Posts that have read it."""


class NoticeReading(TenantRow):
    """When a post first read a line of the bell: the end of its proof of delivery. The line is of the same organ."""

    __tablename__ = "notice_reading"
    __table_args__ = (UniqueConstraint("city_id", "organ_id", "notice_id", "post_id"),)

    notice_id: Mapped[UUID]
    post_id: Mapped[UUID]
    person_name: Mapped[str]
    at: Mapped[datetime]
