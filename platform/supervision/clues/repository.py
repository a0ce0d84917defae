"""Queries on clues. Lists name the organ themselves: what the database lets a reader see is wider than a pool."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Date, Select, and_, func, literal, literal_column, select, text, tuple_

from kernel.clock import start_of_day
from kernel.errors import Invalid
from kernel.models import TimelineEvent
from kernel.search import bigrams, query_terms
from kernel.work import Work
from supervision.clues.commands import ClueFilter
from supervision.clues.models import DUE, Clue, Complainant
from supervision.matters.models import Evidence, Matter
from supervision.matters.terms import item_term, organ_term

NEVER = date(9999, 12, 31)
OPEN = ("new", "accepted")
ends: ColumnElement[Any] = literal_column(DUE.replace("next_due_on", "clue.next_due_on"), Date())
MOST_HITS = 1000


async def get(work: Work, clue_id: UUID, *, lock: bool = False) -> Clue | None:
    return await work.session.get(Clue, (work.city_id, clue_id), with_for_update=lock or None)


async def get_matter(work: Work, matter_id: UUID) -> Matter | None:
    return await work.session.get(Matter, (work.city_id, matter_id))


def search_vector(clue: Clue, *names: str) -> ColumnElement[Any]:
    """What the full-text index holds of a clue. Who complained is never in it."""
    words = bigrams("\n".join((clue.number, clue.title, clue.facts, clue.place, clue.subject_name, *names)))
    whose = dict.fromkeys((clue.organ_id, clue.origin_organ_id))
    signs = [*(organ_term(organ, live=False) for organ in whose), *map(item_term, clue.content_items)]
    return func.array_to_tsvector([*words, *signs])


async def complainant_of(work: Work, clue_id: UUID) -> Complainant | None:
    query = select(Complainant).where(Complainant.city_id == work.city_id, Complainant.clue_id == clue_id)
    return (await work.session.scalars(query)).one_or_none()


async def attachments(work: Work, clue_id: UUID) -> list[Evidence]:
    query = (
        select(Evidence)
        .where(Evidence.city_id == work.city_id, Evidence.owner_kind == "clue", Evidence.owner_id == clue_id)
        .order_by(Evidence.created_at, Evidence.id)
    )
    return list((await work.session.scalars(query)).all())


async def timeline(work: Work, clue_id: UUID, organ_id: UUID) -> list[TimelineEvent]:
    """The history of a clue as its organ wrote it, newest first."""
    query = (
        select(TimelineEvent)
        .where(
            TimelineEvent.city_id == work.city_id,
            TimelineEvent.thread_id == clue_id,
            TimelineEvent.organ_id == organ_id,
        )
        .order_by(TimelineEvent.at.desc(), TimelineEvent.id.desc())
    )
    return list((await work.session.scalars(query)).all())


async def merged_into(work: Work, clue_id: UUID) -> list[Clue]:
    return await _own(work, Clue.merged_into_id == clue_id)


async def of_matter(work: Work, matter_id: UUID) -> list[Clue]:
    """Every clue of the work's organ that feeds a matter, also those merged into it."""
    return await _own(work, Clue.matter_id == matter_id)


async def _own(work: Work, condition: ColumnElement[bool]) -> list[Clue]:
    query = select(Clue).where(Clue.city_id == work.city_id, Clue.organ_id == work.organ_id, condition)
    return list((await work.session.scalars(query.order_by(Clue.created_at, Clue.id))).all())


async def candidates(work: Work, words: str, most: int) -> list[UUID]:
    """Clues that the reader handles or registered, with some run of four characters in common with the words, newest
    first."""
    terms = [term for term in query_terms(words) if len(term) > 1]
    runs = [terms[i : i + 3] for i in range(max(1, len(terms) - 2))]
    if not terms:
        return []
    query = " | ".join(f"({' & '.join(map(_quoted, run))})" for run in dict.fromkeys(map(tuple, runs)))
    return await _hits(work, f"({query})", most)


async def found(work: Work, words: str, item: str = "", organ_id: UUID | None = None) -> list[UUID]:
    """Clues that the organ (None: the reader's) handles or registered, that hold every word and are about the item."""
    terms = [*query_terms(words), *([item_term(item)] if item else [])]
    return await _hits(work, " & ".join(map(_quoted, terms)), MOST_HITS, organ_id) if terms else []


def _quoted(term: str) -> str:
    return f"'{term}'"


async def _hits(work: Work, query: str, most: int, organ_id: UUID | None = None) -> list[UUID]:
    mine = f"{query} & {_quoted(organ_term(organ_id or work.organ_id, live=False))}"
    rows = await work.session.execute(
        text("select id from guard.search_clues(:query, :most)"), {"query": mine, "most": most}
    )
    return list(rows.scalars())


async def by_ids(work: Work, ids: Sequence[UUID], organ_id: UUID) -> list[Clue]:
    if not ids:
        return []
    query = select(Clue).where(Clue.city_id == work.city_id, Clue.organ_id == organ_id, Clue.id.in_(ids))
    return list((await work.session.scalars(query)).all())


def pool(work: Work, organ_id: UUID, *, origin: bool = False) -> ColumnElement[bool]:
    """The clues that an organ handles, or with `origin` those that it registered for another."""
    whose = Clue.origin_organ_id == organ_id if origin else Clue.organ_id == organ_id
    return and_(Clue.city_id == work.city_id, whose)


async def count_by_state(work: Work, where: ColumnElement[bool]) -> dict[str, int]:
    rows = await work.session.execute(select(Clue.state, func.count()).where(where).group_by(Clue.state))
    return {row[0]: row[1] for row in rows}


async def count_open_by_source(work: Work, where: ColumnElement[bool], state: str = "new") -> list[tuple[str, int]]:
    query = select(Clue.source, func.count()).where(where, Clue.state == state).group_by(Clue.source)
    rows = await work.session.execute(query.order_by(func.count().desc(), Clue.source))
    return [(source, count) for source, count in rows]


async def overdue_new(work: Work, where: ColumnElement[bool]) -> tuple[int, datetime | None]:
    """How many clues wait beyond the time to accept them, and when the first of them came."""
    late = and_(where, Clue.state == "new", Clue.next_due_on < work.today)
    row = (await work.session.execute(select(func.count(), func.min(Clue.received_at)).where(late))).one()
    return row[0], row[1]


def conditions(wanted: ClueFilter, today: date, near: date) -> list[ColumnElement[bool]]:
    """The filter as conditions; `near` is the last day that counts as near."""
    made: list[ColumnElement[bool]] = []
    if wanted.state:
        made.append(Clue.state == wanted.state)
    if wanted.source:
        made.append(Clue.source == wanted.source)
    if wanted.subject_id:
        made.append(Clue.subject_organ_id == wanted.subject_id)
    if wanted.month:
        first, after = month_of(wanted.month)
        made += [Clue.received_at >= first, Clue.received_at < after]
    if wanted.due:
        spans: dict[str, ColumnElement[bool]] = {
            "overdue": ends < today,
            "today": ends == today,
            "near": ends.between(today + timedelta(days=1), near),
        }
        if wanted.due not in spans:
            raise Invalid("请在逾期、今日到期、3个工作日内到期中选择。", field="due")
        made += [spans[wanted.due], Clue.next_due_on.is_not(None)]
    return made


def month_of(text_: str) -> tuple[datetime, datetime]:
    """The beginnings of a month and of the next one, in Shanghai. Raises Invalid for what is no month."""
    try:
        first = date.fromisoformat(f"{text_}-01")
    except ValueError:
        raise Invalid("请按 2026-09 的形式写明月份。", field="month") from None
    following = (first + timedelta(days=32)).replace(day=1)
    return start_of_day(first), start_of_day(following)


async def page(
    work: Work, where: Sequence[ColumnElement[bool]], *, by_due: bool, after: str, before: str, limit: int
) -> tuple[list[Clue], bool, bool]:
    """Rows of one page, and whether there are rows before and after it.

    `by_due`: the earliest end first, else the newest first. Cursors come from `cursor`.
    """
    backward = bool(before) and not after
    query = select(Clue).where(*where)
    mark = after or before
    if mark:
        query = query.where(_beyond(mark, by_due=by_due, backward=backward))
    rows = list((await work.session.scalars(_ordered(query, by_due=by_due, backward=backward).limit(limit + 1))).all())
    more = len(rows) > limit
    rows = rows[:limit]
    if backward:
        return rows[::-1], more, True
    return rows, bool(mark), more


def _ordered(query: Select[Clue], *, by_due: bool, backward: bool) -> Select[Clue]:
    if by_due:
        return query.order_by(*((ends.desc(), Clue.id.desc()) if backward else (ends, Clue.id)))
    keys = (Clue.received_at, Clue.id)
    return query.order_by(*(keys if backward else (k.desc() for k in keys)))


def _beyond(mark: str, *, by_due: bool, backward: bool) -> ColumnElement[bool]:
    try:
        value, clue_id = msgspec.json.decode(base64.urlsafe_b64decode(mark), type=tuple[str, UUID])
        edge: Any = date.fromisoformat(value) if by_due else datetime.fromisoformat(value)
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise Invalid("翻页位置无效，请从第一页重新查看。", field="after") from None
    key: Any = ends if by_due else Clue.received_at
    here, there = tuple_(key, Clue.id), tuple_(literal(edge, key.type), literal(clue_id))
    return here > there if by_due is not backward else here < there


def cursor(clue: Clue, *, by_due: bool) -> str:
    """Where a page ends, opaque to the reader."""
    value = (clue.next_due_on or NEVER).isoformat() if by_due else clue.received_at.isoformat()
    return base64.urlsafe_b64encode(msgspec.json.encode((value, clue.id))).decode()
