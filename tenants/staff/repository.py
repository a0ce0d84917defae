"""Reads and narrow writes of persons, posts and accounts; what precedes a tenancy goes through guard functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Date, Uuid, bindparam, func, or_, select, text

from kernel.rows import Prepared
from kernel.work import Work
from tenants.staff.models import Account, Post

_POSTS_OF: Final = Prepared(
    text(
        "select roles, city_id, organ_id, organ_name, organ_short_name, post_id, title, unit, kind, certificate_no,"
        " certificate_until from guard.posts_of(:person, :day)"
    ).bindparams(bindparam("person", type_=Uuid()), bindparam("day", type_=Date()))
)


@dataclass(frozen=True, slots=True)
class Login:
    """What the log-in needs to know of an account."""

    city_id: UUID
    account_id: UUID
    person_id: UUID
    person_name: str
    password_hash: str
    disabled: bool
    must_change: bool


@dataclass(frozen=True, slots=True)
class PostView:
    """A post that a person may choose after logging in, in whichever tenant it lies."""

    roles: tuple[str, ...]
    city_id: UUID
    organ_id: UUID
    organ_name: str
    organ_short_name: str
    post_id: UUID
    title: str
    unit: str
    kind: str
    certificate_no: str
    certificate_until: date | None


async def find_login(work: Work, organ_id: UUID, username: str) -> Login | None:
    row = (
        await work.session.execute(
            text("select * from guard.login_lookup(:organ, :name)"), {"organ": organ_id, "name": username}
        )
    ).one_or_none()
    return Login(*row) if row else None


async def note_success(work: Work, account_id: UUID) -> None:
    await work.session.execute(text("select guard.login_succeeded(:account)"), {"account": account_id})


async def posts_of(work: Work, person_id: UUID, on: date) -> list[PostView]:
    rows = await _POSTS_OF.fetch(work, {"person": person_id, "day": on})
    return [PostView(tuple(roles), *rest) for roles, *rest in rows]


async def lock_person(work: Work, person_id: UUID) -> None:
    """Let posts of one person be created one after the other, in whichever tenant, until the commit."""
    await work.session.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:person, 0))"), {"person": f"person:{person_id}"}
    )


async def lock_administrators(work: Work, organ_id: UUID) -> None:
    """Let the first administrators of one organ be appointed one after the other, until the commit."""
    await work.session.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:organ, 0))"), {"organ": f"administrators:{organ_id}"}
    )


async def posts_in(work: Work, organ_id: UUID) -> list[Post]:
    """Living posts of an organ in the work's read scope, in a stable order."""
    query = (
        select(Post)
        .where(
            Post.city_id == work.city_id,
            Post.organ_id == organ_id,
            Post.valid_from <= work.today,
            or_(Post.valid_to.is_(None), Post.valid_to >= work.today),
        )
        .order_by(Post.created_at, Post.id)
    )
    return list((await work.session.scalars(query)).all())


async def posts_with_role(work: Work, organ_id: UUID, roles: Sequence[str]) -> list[Post]:
    """Living posts of an organ that have one of the roles, in a stable order."""
    return [p for p in await posts_in(work, organ_id) if set(roles) & set(p.roles)]


async def get_post(work: Work, post_id: UUID) -> Post | None:
    return await work.session.get(Post, (work.city_id, post_id))


async def get_account(work: Work, account_id: UUID) -> Account | None:
    return await work.session.get(Account, (work.city_id, account_id))


async def count_accounts(work: Work) -> int:
    return await work.session.scalar(select(func.count()).select_from(Account)) or 0
