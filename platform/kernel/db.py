"""The declarative base, the columns that every table has, and the two engines (application and owner)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from psycopg.pq import TransactionStatus
from sqlalchemy import BigInteger, Date, DateTime, Integer, MetaData, Text, Uuid, event, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry, PoolResetState

from kernel.ids import new_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Declarative base: plain Python types map to the column types that stay leakproof under row-level security."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        int: Integer,
        UUID: Uuid,
        datetime: DateTime(timezone=True),
        date: Date,
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        list[str]: ARRAY(Text),
        list[UUID]: ARRAY(Uuid),
    }


class CityRow(Base):
    """A row of one city cell: `city_id` leads the primary key, so that a city can be a partition or a shard."""

    __abstract__ = True

    city_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    """When the row was written, by the database's own clock: later rows of one transaction have later times."""


class TenantRow(CityRow):
    """A row that belongs to one organ: `organ_id` is the tenant whose transactions alone may write it."""

    __abstract__ = True

    organ_id: Mapped[UUID]


class Versioned:
    """Optimistic locking: a lost race raises StaleDataError at flush, which the edges show as 412."""

    row_version: Mapped[int] = mapped_column(Integer, default=1, server_default=text("1"))

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.row_version}


BigInt = BigInteger


def engine_for(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """The application's engine. Prepared statements stay on. No connection is pinged before use, which would cost a
    trip to the server each time: a broken one shows at the first statement, where it is replaced (`kernel.work`)."""
    engine = create_async_engine(
        url,
        pool_reset_on_return=None,
        # All are kept: one that is opened above the size and closed again costs more than the request it serves.
        pool_size=2 * pool_size,
        max_overflow=0,
        # What a statement was about belongs into no log and no dead letter.
        hide_parameters=True,
        connect_args={"options": "-c timezone=UTC -c lock_timeout=10s -c statement_timeout=60s"},
    )
    event.listen(engine.sync_engine, "reset", _undone)
    return engine


def _undone(connection: DBAPIConnection, _record: ConnectionPoolEntry, state: PoolResetState) -> None:
    """A connection goes back into the pool without a transaction, and so without a tenancy. Most were committed: asking
    the driver to roll nothing back would cost each request a switch between its task and the engine's."""
    driver = connection.driver_connection
    assert driver is not None
    safe = state.asyncio_safe and not state.terminate_only
    if safe and driver.info.transaction_status is not TransactionStatus.IDLE:
        connection.rollback()
