"""The same list as it is usually written with FastAPI: SQLAlchemy ORM on asyncpg, pydantic models."""

from __future__ import annotations

import datetime
import os
import uuid
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

URL = os.environ["BENCH_URL"].replace("postgresql://", "postgresql+asyncpg://")
CITY, ORGAN = uuid.UUID(os.environ["BENCH_CITY"]), uuid.UUID(os.environ["BENCH_ORGAN"])
sessions = async_sessionmaker(create_async_engine(URL, pool_size=8, max_overflow=0), expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    pass


class Matter(Base):
    __tablename__ = "matter"
    city_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[str | None]
    title: Mapped[str]
    supervised_id: Mapped[uuid.UUID]
    relation: Mapped[str]
    organ_id: Mapped[uuid.UUID]
    state: Mapped[str]
    stage: Mapped[str]
    mode: Mapped[str]
    next_due_on: Mapped[datetime.date | None]
    handler_names: Mapped[str]
    source: Mapped[str]
    opened_on: Mapped[datetime.date | None]
    created_at: Mapped[datetime.datetime]
    year: Mapped[int | None]
    seq: Mapped[int | None]
    live: Mapped[bool]


class Row(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: uuid.UUID
    number: str | None
    title: str
    supervised_id: uuid.UUID
    relation: str
    organ_id: uuid.UUID
    state: str
    stage: str
    mode: str
    next_due_on: datetime.date | None
    handler_names: str
    source: str
    opened_on: datetime.date | None
    created_at: datetime.datetime
    year: int | None
    seq: int | None


class Page(BaseModel):
    items: list[Row]
    more: bool


async def session() -> AsyncIterator[AsyncSession]:
    async with sessions() as opened:
        yield opened


@app.get("/matters")
async def matters(db: Annotated[AsyncSession, Depends(session)]) -> Page:
    query = select(Matter).where(Matter.city_id == CITY, Matter.organ_id == ORGAN, Matter.live)
    rows = (await db.scalars(query.order_by(Matter.next_due_on, Matter.id).limit(51))).all()
    return Page(items=[Row.model_validate(row) for row in rows[:50]], more=len(rows) > 50)
