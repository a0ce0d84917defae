"""Posts of the organ's people and lost passwords, as the system administrator keeps them, for API clients."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar.params import FromPath, JSONBody
from litestar.response import Response

from supervision.matters.reading import mask_certificate
from tenants.access import Target, authorize
from tenants.registers import post_certificates
from tenants.staff import appointments
from tenants.staff.models import Post
from web.api.administration import ACCOUNTS, account_item
from web.api.shapes import Body, Code, Line, command, read
from web.turns import Req, reading, turn


class PostItem(msgspec.Struct, frozen=True):
    """A living post in the caller's organ. The certificate's number is masked."""

    id: UUID
    person_name: str
    title: str
    unit: str
    kind: str
    roles: list[str]
    valid_from: date
    certificate: str
    certificate_until: date | None


class AccountDetail(msgspec.Struct, frozen=True):
    """One account with the posts of its person in the caller's organ."""

    id: UUID
    username: str
    name: str
    state: str
    must_change_password: bool
    last_login_at: datetime | None
    posts: list[PostItem]


class FurtherPostInput(Body, frozen=True, kw_only=True):
    """A further post. `kind`: concurrent (兼任) or seconded (挂职)."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    unit: Line = ""
    roles: Annotated[list[Code], msgspec.Meta(min_length=1, max_length=20)]
    kind: Literal["concurrent", "seconded"] = "concurrent"


class GuestPostInput(FurtherPostInput, frozen=True, kw_only=True):
    """A post for a person of another organ; organ, account and name must agree."""

    home_organ_id: UUID
    username: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class RolesInput(Body, frozen=True, kw_only=True):
    """The roles that a post has from now on, and why."""

    roles: Annotated[list[Code], msgspec.Meta(min_length=1, max_length=20)]
    reason: Annotated[str, msgspec.Meta(min_length=2, max_length=500)]


class EndInput(Body, frozen=True, kw_only=True):
    """Why a post ends."""

    reason: Annotated[str, msgspec.Meta(min_length=2, max_length=500)]


class PostCertificateInput(Body, frozen=True, kw_only=True):
    """Number and last day of the supervision certificate of a post; an empty number takes it away."""

    certificate_no: Annotated[str, msgspec.Meta(max_length=40)]
    certificate_until: date | None = None


class PostHead(msgspec.Struct, frozen=True):
    """The post that a command was about."""

    id: UUID


class OneTimePassword(msgspec.Struct, frozen=True):
    """The password for one log-in. It is given once: the same Idempotency-Key again answers null."""

    id: UUID
    password: str | None


@read("/accounts/{account_id:uuid}", "getAccount", "账号和岗位", ACCOUNTS)
async def get_account(request: Req, account_id: FromPath[UUID]) -> AccountDetail:
    async with reading(request) as work:
        await authorize(work, "account", "read", Target(owner_id=work.organ_id))
        view = await appointments.get(work, account_id)
    head = account_item(view)
    return AccountDetail(
        view.id,
        view.username,
        view.name,
        head.state,
        view.must_change,
        view.last_login_at,
        [_post(row) for row in view.posts],
    )


def _post(row: Post) -> PostItem:
    return PostItem(
        row.id,
        row.person_name,
        row.title,
        row.unit,
        row.kind,
        list(row.roles),
        row.valid_from,
        mask_certificate(row.certificate_no),
        row.certificate_until,
    )


@read("/accounts/guests", "listGuestPosts", "外单位人员在本单位的岗位", ACCOUNTS)
async def list_guests(request: Req) -> list[PostItem]:
    async with reading(request) as work:
        await authorize(work, "account", "read", Target(owner_id=work.organ_id))
        return [_post(row) for row in await appointments.guests(work)]


@command("/accounts/{account_id:uuid}/posts", "addPost", "增加岗位", ACCOUNTS, PostHead, status=201)
async def add_post(request: Req, account_id: FromPath[UUID], data: JSONBody[FurtherPostInput]) -> Response[bytes]:
    async with turn(request) as t:
        await authorize(t.work, "account", "manage", Target(owner_id=t.work.organ_id))
        made = await appointments.add_further_post(t.work, account_id, **msgspec.structs.asdict(data))
        return t.json(PostHead(made.id), status=201)


@command("/accounts/guests", "addGuestPost", "为外单位人员增加岗位", ACCOUNTS, PostHead, status=201)
async def add_guest(request: Req, data: JSONBody[GuestPostInput]) -> Response[bytes]:
    async with turn(request) as t:
        await authorize(t.work, "account", "manage", Target(owner_id=t.work.organ_id))
        made = await appointments.add_guest_post(t.work, **msgspec.structs.asdict(data))
        return t.json(PostHead(made.id), status=201)


@command("/accounts/posts/{post_id:uuid}/roles", "changeRoles", "调整职责", ACCOUNTS, PostHead)
async def change_roles(request: Req, post_id: FromPath[UUID], data: JSONBody[RolesInput]) -> Response[bytes]:
    async with turn(request) as t:
        await authorize(t.work, "account", "manage", Target(owner_id=t.work.organ_id))
        await appointments.change_roles(t.work, post_id, data.roles, data.reason)
        return t.json(PostHead(post_id))


@command("/accounts/posts/{post_id:uuid}/certificate", "setPostCertificate", "登记监督证", ACCOUNTS, PostHead)
async def set_certificate(
    request: Req, post_id: FromPath[UUID], data: JSONBody[PostCertificateInput]
) -> Response[bytes]:
    async with turn(request) as t:
        await authorize(t.work, "account", "manage", Target(owner_id=t.work.organ_id))
        await post_certificates.set_certificate(t.work, post_id, data.certificate_no, data.certificate_until)
        return t.json(PostHead(post_id))


@command("/accounts/posts/{post_id:uuid}/end", "endPost", "结束岗位", ACCOUNTS, PostHead)
async def end_post(request: Req, post_id: FromPath[UUID], data: JSONBody[EndInput]) -> Response[bytes]:
    async with turn(request) as t:
        await authorize(t.work, "account", "manage", Target(owner_id=t.work.organ_id))
        await appointments.end_post(t.work, post_id, data.reason)
        return t.json(PostHead(post_id))


@command("/accounts/{account_id:uuid}/password", "resetPassword", "重置密码", ACCOUNTS, OneTimePassword)
async def reset_password(request: Req, account_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        await authorize(t.work, "account", "reset_password", Target(owner_id=t.work.organ_id))
        made = await appointments.reset_password(t.work, account_id)
        # What is kept under the key must not hold the password.
        t.json(OneTimePassword(account_id, None))
    body = msgspec.json.encode(OneTimePassword(account_id, made))
    return Response(body, status_code=200, headers={"cache-control": "no-store"}, media_type="application/json")


ROUTES = [
    get_account,
    list_guests,
    add_post,
    add_guest,
    change_roles,
    set_certificate,
    end_post,
    reset_password,
]
