"""Deltas that records write, the counters they are folded into, and the dated tree that both are counted along.

The application writes none of them: deltas come from triggers on the records, the rest from functions of the guard
(migrations/sql/figures_guard.sql). Months are whole numbers like 202603.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, CityRow


class FigureDelta(Base):
    """What one statement added to a figure or took away from it. Append-only until a fold takes it."""

    __tablename__ = "figure_delta"

    city_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    organ_id: Mapped[UUID]
    indicator: Mapped[str]
    slice: Mapped[str]
    month: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)


class FigureCounter(Base):
    """The figure of one organ, indicator and month: its `own`, or that of all organs below it, without it, by the
    `tree` or the `line`."""

    __tablename__ = "figure_counter"
    __table_args__ = (CheckConstraint("reach in ('own', 'tree', 'line')", name="reach"),)

    city_id: Mapped[UUID] = mapped_column(primary_key=True)
    organ_id: Mapped[UUID] = mapped_column(primary_key=True)
    reach: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    indicator: Mapped[str] = mapped_column(primary_key=True)
    slice: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)


class FigureLink(Base):
    """In whose figure an organ's facts of the months from `from_month` to before `until_month` are counted. The tree
    as it was dated: a move closes a link and opens another, and no fact changes its month."""

    __tablename__ = "figure_link"
    __table_args__ = (
        CheckConstraint("reach in ('tree', 'line')", name="reach"),
        CheckConstraint("from_month < until_month", name="months"),
        Index("ix_figure_link_organ", "city_id", "organ_id", "reach"),
    )

    city_id: Mapped[UUID] = mapped_column(primary_key=True)
    reach: Mapped[str] = mapped_column(primary_key=True)
    ancestor_id: Mapped[UUID] = mapped_column(primary_key=True)
    organ_id: Mapped[UUID] = mapped_column(primary_key=True)
    from_month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    until_month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class FigureScope(Base):
    """Whose figures a viewer may read: its own tree and line (Arts. 2, 4, 5). Row-level security looks it up."""

    __tablename__ = "figure_scope"
    __table_args__ = (Index("ix_figure_scope_viewer", "viewer_id", "organ_id"),)

    city_id: Mapped[UUID] = mapped_column(primary_key=True)
    viewer_id: Mapped[UUID] = mapped_column(primary_key=True)
    organ_id: Mapped[UUID] = mapped_column(primary_key=True)


class FigureCheck(CityRow):
    """The result of one recount of all figures from the records."""

    __tablename__ = "figure_check"
    __table_args__ = (Index("ix_figure_check_at", "city_id", "checked_at"),)

    checked_at: Mapped[datetime]
    cells: Mapped[int] = mapped_column(BigInteger)
    """Cells that were compared, of every organ and level."""
    differing: Mapped[int] = mapped_column(BigInteger)
    milliseconds: Mapped[int] = mapped_column(BigInteger)
