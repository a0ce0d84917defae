"""What the system and the security administrator do, for API clients: accounts and unfinished jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from kernel import deadletters
from kernel.errors import Invalid
from kernel.ids import NIL
from kernel.models import DeadLetter
from policy.vocabulary import MACHINES, ROLE_LABELS
from supervision.matters.views import Page
from tenants.access import Target, authorize
from tenants.staff import accounts
from web.api.shapes import Body, Code, Limit, Line, command, read
from web.turns import Req, reading, turn

ACCOUNTS = ["账号"]
LETTERS = ["未完成任务"]


class AccountItem(msgspec.Struct, frozen=True):
    """One account of the caller's organ. `state`: active, locked or disabled."""

    id: UUID
    username: str
    name: str
    roles: list[str]
    state: str
    must_change_password: bool
    last_login_at: datetime | None


class AccountInput(Body, frozen=True, kw_only=True):
    """A person with an account and a main post; the password has to be changed at the first log-in."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    username: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    unit: Line = ""
    roles: Annotated[list[Code], msgspec.Meta(min_length=1, max_length=20)]


class AccountHead(msgspec.Struct, frozen=True):
    """The account that a command was about."""

    id: UUID


class LetterItem(msgspec.Struct, frozen=True):
    """A job that could not be done after all tries. `system`: of the schedule, of no organ."""

    id: UUID
    job: str
    system: bool
    error: str
    failed_at: datetime
    deliveries: int
    replayed_at: datetime | None
    replayed_by: str


class Replay(msgspec.Struct, frozen=True):
    """The letter that was handed over again, and the new message."""

    id: UUID
    message_id: UUID


@read("/accounts", "listAccounts", "本单位账号", ACCOUNTS, description="按账号排列。以 next 作为下一页的 after。")
async def list_accounts(request: Req, after: FromQuery[str] = "", limit: Limit = 50) -> Page[AccountItem]:
    async with reading(request) as work:
        await authorize(work, "account", "read", Target(owner_id=work.organ_id))
        found = [view for view in await accounts.list_accounts(work) if view.username > after]
    items = [account_item(view) for view in found[:limit]]
    return Page(items, items[-1].username if len(found) > limit else None)


def account_item(view: accounts.AccountView) -> AccountItem:
    return AccountItem(
        view.id,
        view.username,
        view.name,
        sorted({role for post in view.posts for role in post.roles}),
        "disabled" if view.disabled_at else "locked" if view.locked_until else "active",
        view.must_change,
        view.last_login_at,
    )


@command("/accounts", "addAccount", "新增账号", ACCOUNTS, AccountHead, status=201)
async def add_account(request: Req, data: JSONBody[AccountInput]) -> Response[bytes]:
    async with turn(request) as t:
        await authorize(t.work, "account", "manage", Target(owner_id=t.work.organ_id))
        if any(role not in ROLE_LABELS or role in MACHINES for role in data.roles):
            raise Invalid("请从职责列表中选择。", field="roles")
        made = await accounts.open_account(t.work, **msgspec.structs.asdict(data))
        return t.json(AccountHead(made.id), status=201)


def _account_step(step: str, operation: str, summary: str, action: str, act: Any) -> Any:
    @command(f"/accounts/{{account_id:uuid}}/{step}", operation, summary, ACCOUNTS, AccountHead)
    async def taken(request: Req, account_id: FromPath[UUID]) -> Response[bytes]:
        async with turn(request) as t:
            await authorize(t.work, "account", action, Target(owner_id=t.work.organ_id))
            await act(t.work, account_id)
            return t.json(AccountHead(account_id))

    return taken


@read("/dead-letters", "listDeadLetters", "未完成任务清单", LETTERS, description="以 next 作为下一页的 after。")
async def list_letters(request: Req, after: FromQuery[UUID | None] = None, limit: Limit = 50) -> Page[LetterItem]:
    async with reading(request) as work:
        await authorize(work, "dead_letter", "read", Target(owner_id=work.organ_id))
        rows, following = await deadletters.listing(work, after, limit)
    return Page([_letter(row) for row in rows], str(following) if following else None)


def _letter(row: DeadLetter) -> LetterItem:
    return LetterItem(
        row.id,
        row.job,
        row.organ_id == NIL,
        row.error,
        row.failed_at,
        row.deliveries,
        row.replayed_at,
        row.replayed_by or "",
    )


@command("/dead-letters/{letter_id:uuid}/replay", "replayDeadLetter", "重新执行任务", LETTERS, Replay)
async def replay(request: Req, letter_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        await authorize(t.work, "dead_letter", "replay", Target(owner_id=t.work.organ_id))
        return t.json(Replay(letter_id, await deadletters.replay(t.work, letter_id)))


ROUTES = [
    list_accounts,
    add_account,
    _account_step("disable", "disableAccount", "停用账号", "manage", accounts.disable),
    _account_step("enable", "enableAccount", "启用账号", "manage", accounts.enable),
    _account_step("unlock", "unlockAccount", "解除账号锁定", "unlock", accounts.unlock),
    list_letters,
    replay,
]
