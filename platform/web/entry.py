"""Logging in and choosing a post, for pages and for the API: what happens, without how it looks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from litestar.datastructures import Cookie
from litestar.middleware.csrf import generate_csrf_token
from litestar.response import Response

from kernel.errors import Invalid, NotFound
from kernel.tenancy import VISITOR
from kernel.work import open_work
from tenants.staff import service as staff
from tenants.staff.repository import PostView
from web import cookies
from web.frame import duty, settings
from web.sessions import Identity, Sessions
from web.turns import Req, database, identity, origin


def sessions(request: Req) -> Sessions:
    found = request.app.state.sessions
    assert isinstance(found, Sessions)
    return found


def visiting(request: Req) -> Any:
    """A transaction of a reader who has not logged in: reference data only."""
    return open_work(
        database(request),
        city_id=settings(request).city_id,
        organ_id=VISITOR,
        request_id=str(request.scope.get("request_id", "")),
        origin=origin(request),
    )


async def log_in(request: Req, organ_id: UUID, username: str, password: str) -> tuple[staff.LoggedIn, str]:
    """Check the password and open a session at the main post. Returns who it is and the token of the cookie.

    Raises Unauthenticated with the tries left, TooMany while the name is locked or the address has failed too often.
    """
    known = settings(request)
    who = await staff.authenticate(
        database(request),
        known.city_id,
        organ_id,
        username,
        password,
        origin=origin(request),
        request_id=str(request.scope.get("request_id", "")),
    )
    await end(request)
    return who, await sessions(request).open(who.account_id, who.posts[0].post_id)


async def end(request: Req) -> None:
    """End the session that the browser holds, if any: a token known before opens nothing afterwards."""
    token = cookies.read(request, cookies.SESSION, secure=settings(request).secure_cookies)
    if token:
        await sessions(request).end(token)


async def end_everywhere(request: Req, account_id: UUID) -> None:
    """End every session of the account, on whatever machine: its password was changed."""
    await sessions(request).end_all(account_id)


@asynccontextmanager
async def password_try(request: Req) -> AsyncIterator[None]:
    """Around a change that asks for one's own password again: the try is counted first, and the fifth wrong one ends
    every session of the account. Raises TooMany while locked."""
    user = identity(request)
    async with _as(request, user) as work:
        tries = await staff.count_password_try(work, user.account_id)
    try:
        yield
    except Invalid as invalid:
        if not any(error.field == "current" for error in invalid.errors):
            async with _as(request, user) as work:
                await staff.refund_password_try(work, user.account_id)
        elif tries.locked:
            await end_everywhere(request, user.account_id)
        raise


async def log_out(request: Req) -> None:
    """End the session and audit it."""
    user = identity(request)
    async with _as(request, user) as work:
        work.record("logout", "account", user.account_id, title=f"{user.name}退出登录")
    await end(request)


async def switch(request: Req, post_id: UUID) -> tuple[PostView, str]:
    """Go on as another post of the same person, in a new session. Raises NotFound for a post that is not his."""
    user = identity(request)
    async with _as(request, user) as work:
        posts = await staff.posts(work, user.person_id)
        chosen = next((p for p in posts if p.post_id == post_id), None)
        if chosen is None:
            raise NotFound
        where = f"{chosen.organ_short_name or chosen.organ_name} {duty(chosen.unit, chosen.title)}"
        async with work.acting_as(chosen.organ_id):
            work.record(
                "switch_post",
                "post",
                post_id,
                title=f"{user.name}切换到{where}",
                detail={"from_post": str(user.post_id), "from_organ": str(user.organ_id)},
            )
    await end(request)
    return chosen, await sessions(request).open(user.account_id, post_id, user.since)


def _as(request: Req, user: Identity) -> Any:
    return open_work(
        database(request),
        city_id=user.city_id,
        organ_id=user.organ_id,
        actor=user.actor,
        request_id=str(request.scope.get("request_id", "")),
        origin=origin(request),
    )


def kept_cookie(request: Req, name: str, value: str, path: str) -> Cookie:
    """A cookie of half a year for a convenience that says nothing about the person."""
    secure = settings(request).secure_cookies
    return Cookie(name, path=path, value=value, max_age=15_552_000, httponly=True, samesite="lax", secure=secure)


def new_csrf(request: Req) -> str:
    """A fresh form token for a client that just logged in."""
    return generate_csrf_token(secret=settings(request).secret("csrf").hex())


def seat(request: Req, response: Response[Any], token: str | None, csrf: str | None = None) -> None:
    """Put the session's cookie into the answer, or take it away. The form token is renewed with it, so that pages
    that another post left open cannot be sent any more."""
    secure = settings(request).secure_cookies
    response.set_cookie(cookies.written(cookies.SESSION, token, secure=secure))
    response.set_cookie(cookies.written(cookies.FORM_TOKEN, csrf, secure=secure))


def safe_next(target: str) -> str:
    """The address to go back to, if it is one of ours; empty otherwise."""
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if inside and "\\" not in target and not target.startswith("/login") else ""
