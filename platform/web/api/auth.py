"""Sessions of API clients, and who the caller is."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete
from litestar.params import JSONBody
from litestar.response import Response

from kernel.errors import Invalid
from policy.vocabulary import ROLE_LABELS
from tenants.staff import service as staff
from tenants.staff.repository import PostView
from web import entry
from web.access import BEFORE_CHANGE, OPEN
from web.api.shapes import API, Body, command, read
from web.frame import POST_KINDS, csrf
from web.turns import Req, identity, reading, turn

TAGS = ["会话"]


class NewSession(Body, frozen=True, kw_only=True):
    """Log-in: the organ's id, the account within it, the password; `post_id` when one of several posts is meant."""

    organ_id: UUID
    username: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    post_id: UUID | None = None


class PostOfMine(msgspec.Struct, frozen=True):
    """One post of the caller. `kind`: main, concurrent, seconded."""

    id: UUID
    organ_id: UUID
    organ_name: str
    title: str
    unit: str
    kind: str
    kind_label: str
    roles: list[str]
    role_labels: list[str]
    current: bool


class Me(msgspec.Struct, frozen=True):
    """The caller at the present post. `csrf_token` goes back in the header `x-csrftoken` of every change."""

    person_id: UUID
    name: str
    organ_id: UUID
    organ_name: str
    post_id: UUID
    posts: list[PostOfMine]
    must_change_password: bool
    csrf_token: str


def _posts(posts: list[PostView], current: UUID) -> list[PostOfMine]:
    return [
        PostOfMine(
            p.post_id,
            p.organ_id,
            p.organ_name,
            p.title,
            p.unit,
            p.kind,
            POST_KINDS.get(p.kind, ""),
            list(p.roles),
            [ROLE_LABELS[r] for r in p.roles],
            p.post_id == current,
        )
        for p in posts
    ]


def _me(who: tuple[UUID, str], post: PostView, posts: list[PostView], *, must_change: bool, token: str) -> Me:
    """The person at one of the posts."""
    return Me(
        *who,
        post.organ_id,
        post.organ_name,
        post.post_id,
        _posts(posts, post.post_id),
        must_change,
        token,
    )


@command(
    "/session",
    "openSession",
    "登录",
    TAGS,
    Me,
    status=201,
    description="建立会话。会话标识在 Cookie 中，5 次密码不正确的账号锁定 30 分钟。",
    opt={OPEN: True, "exclude_from_csrf": True},
)
async def open_session(request: Req, data: JSONBody[NewSession]) -> Response[Me]:
    who, token = await entry.log_in(request, data.organ_id, data.username, data.password)
    chosen = who.posts[0]
    if data.post_id is not None and data.post_id != chosen.post_id:
        found = next((p for p in who.posts if p.post_id == data.post_id), None)
        if found is None:
            await entry.sessions(request).end(token)
            raise Invalid("您没有这一岗位。", field="post_id")
        await entry.sessions(request).end(token)
        chosen, token = found, await entry.sessions(request).open(who.account_id, found.post_id)
    fresh = entry.new_csrf(request)
    answer = Response(
        _me((who.person_id, who.name), chosen, list(who.posts), must_change=who.must_change, token=fresh),
        status_code=201,
    )
    entry.seat(request, answer, token, fresh)
    return answer


@delete(
    f"{API}/session",
    status_code=204,
    opt={BEFORE_CHANGE: True},
    operation_id="endSession",
    summary="退出登录",
    description="退出登录",
    tags=TAGS,
)
async def end_session(request: Req) -> Response[None]:
    await entry.log_out(request)
    answer: Response[None] = Response(None, status_code=204)
    entry.seat(request, answer, None)
    return answer


@read("/me", "getMe", "当前用户和岗位", TAGS)
async def get_me(request: Req) -> Me:
    user = identity(request)
    async with reading(request) as work:
        posts = await staff.posts(work, user.person_id)
    return Me(
        user.person_id,
        user.name,
        user.organ_id,
        user.organ_name,
        user.post_id,
        _posts(posts, user.post_id),
        user.must_change,
        csrf(request),
    )


class SwitchPost(Body, frozen=True):
    """The post to go on with."""

    post_id: UUID


@command(
    "/session/post",
    "switchPost",
    "切换岗位",
    TAGS,
    Me,
    status=201,
    description="以本人的另一岗位建立新的会话，原会话随即失效。",
)
async def switch_post(request: Req, data: JSONBody[SwitchPost]) -> Response[Me]:
    user = identity(request)
    chosen, token = await entry.switch(request, data.post_id)
    async with reading(request) as work:
        posts = await staff.posts(work, user.person_id)
    fresh = entry.new_csrf(request)
    answer = Response(
        _me((user.person_id, user.name), chosen, posts, must_change=user.must_change, token=fresh), status_code=201
    )
    entry.seat(request, answer, token, fresh)
    return answer


class NewPassword(Body, frozen=True):
    """The present password and the new one."""

    current: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Changed(msgspec.Struct, frozen=True):
    """The password was changed; log in again."""

    must_log_in: bool = True


@command(
    "/me/password",
    "changePassword",
    "修改密码",
    TAGS,
    Changed,
    description="修改密码后，本人的全部会话失效，请重新登录。",
    opt={BEFORE_CHANGE: True},
)
async def change_password(request: Req, data: JSONBody[NewPassword]) -> Response[bytes]:
    user = identity(request)
    async with entry.password_try(request), turn(request) as t:
        async with t.work.acting_as(user.account_organ_id):
            await staff.change_password(t.work, user.account_id, data.current, data.password)
        answer = t.json(Changed())
    await entry.end_everywhere(request, user.account_id)
    entry.seat(request, answer, None)
    return answer


ROUTES = [open_session, end_session, get_me, switch_post, change_password]
