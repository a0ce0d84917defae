"""Notices outside the product for API clients: one's own settings, proof of a line, the channels (Arts. 18 to 20)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from integrations.notify import rules, service
from supervision.matters.views import Page
from web.api.shapes import Body, Code, Limit, command, download, file_answer, read
from web.turns import Req, reading, turn

TAGS = ["消息设置"]
CHANNEL_TAGS = ["通知渠道"]
SETTINGS = "/notices/settings"
Clock = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Channels = Annotated[list[Code], msgspec.Meta(max_length=3)]


class NoticeSettings(msgspec.Struct, frozen=True):
    """How the caller's own notices reach him here. `chosen`: kind → channels; between `quiet_from` and `quiet_until`
    nothing goes out but what the law does not let wait."""

    addresses: list[service.AddressView]
    chosen: dict[str, list[str]]
    quiet_from: str
    quiet_until: str


class NoticeWishes(Body, frozen=True, kw_only=True):
    """Kinds that are left out stay as they are; equal ends of the quiet hours: never quiet."""

    chosen: dict[Code, Channels] = {}
    quiet_from: Clock
    quiet_until: Clock


class NoticeAddressInput(Body, frozen=True, kw_only=True):
    """An address to which a code is sent; it is used when the code came back."""

    channel: Code
    address: Annotated[str, msgspec.Meta(max_length=200)]


class NoticeCode(Body, frozen=True, kw_only=True):
    """The code that came to the address."""

    channel: Code
    code: Annotated[str, msgspec.Meta(max_length=20)]


class NoticeCodeResult(msgspec.Struct, frozen=True):
    """Whether the code was right. A wrong one is counted; the fifth ends the code."""

    verified: bool


class NoticeChannelInput(Body, frozen=True):
    """A channel: email, sms, message."""

    channel: Code


class NoticeSendingHead(msgspec.Struct, frozen=True):
    """The text that a command was about."""

    id: UUID
    state: str


def _shown(view: service.SettingsView) -> NoticeSettings:
    return NoticeSettings(
        list(view.addresses),
        {kind: list(channels) for kind, channels in view.chosen.items()},
        rules.clock_text(view.quiet[0]),
        rules.clock_text(view.quiet[1]),
    )


@read(SETTINGS, "getNoticeSettings", "本人的消息设置", TAGS)
async def get_settings(request: Req) -> NoticeSettings:
    async with reading(request) as work:
        return _shown(await service.own(work))


@command(
    SETTINGS,
    "chooseNotices",
    "调整消息设置",
    TAGS,
    NoticeSettings,
    description="法定提醒至少保留一种已核实的接收方式。没有列出的消息种类不变。",
)
async def choose(request: Req, data: JSONBody[NoticeWishes]) -> Response[bytes]:
    async with turn(request) as t:
        quiet = (rules.minutes(data.quiet_from, "quiet_from"), rules.minutes(data.quiet_until, "quiet_until"))
        await service.choose(t.work, data.chosen, quiet)
        return t.json(_shown(await service.own(t.work)))


@command(
    f"{SETTINGS}/addresses",
    "setNoticeAddress",
    "填写接收地址",
    TAGS,
    service.AddressView,
    description="向该地址发送验证码；验证码核对后才使用。每分钟只发送一次。",
)
async def set_address(request: Req, data: JSONBody[NoticeAddressInput]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(await service.set_address(t.work, data.channel, data.address))


@command(f"{SETTINGS}/verification", "verifyNoticeAddress", "核对验证码", TAGS, NoticeCodeResult)
async def verify(request: Req, data: JSONBody[NoticeCode]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(NoticeCodeResult(await service.verify(t.work, data.channel, data.code)))


@command(f"{SETTINGS}/removal", "forgetNoticeAddress", "删除接收地址", TAGS, NoticeSettings)
async def forget(request: Req, data: JSONBody[NoticeChannelInput]) -> Response[bytes]:
    async with turn(request) as t:
        await service.forget(t.work, data.channel)
        return t.json(_shown(await service.own(t.work)))


@read("/notices/{notice_id:uuid}/proof", "getNoticeProof", "送达证明", TAGS)
async def proof(request: Req, notice_id: FromPath[UUID]) -> service.Proof:
    async with reading(request) as work:
        return await service.proof(work, notice_id)


@download(
    "/notices/{notice_id:uuid}/proof/export",
    "exportNoticeProof",
    "导出送达证明",
    TAGS,
    media_type="application/json",
)
async def export(request: Req, notice_id: FromPath[UUID]) -> Response[bytes]:
    async with reading(request) as work:
        made = await service.export(work, notice_id)
    return file_answer(f"送达证明-{str(notice_id)[:8]}.json", made, "application/json")


@read("/notice-channels", "listNoticeChannels", "通知渠道", CHANNEL_TAGS)
async def list_channels(request: Req) -> Page[service.ChannelView]:
    async with reading(request) as work:
        return Page(await service.channels(work))


@read("/notice-channels/log", "listNoticeSendings", "发送记录", CHANNEL_TAGS, description="由新到旧。")
async def list_log(request: Req, after: FromQuery[UUID | None] = None, limit: Limit = 50) -> Page[service.LogLine]:
    async with reading(request) as work:
        rows, following = await service.log(work, after, limit)
    return Page(rows, str(following) if following else None)


@command("/notice-channels/test", "testNoticeChannel", "向本人已核实的地址发送测试", CHANNEL_TAGS, NoticeSendingHead)
async def test(request: Req, data: JSONBody[NoticeChannelInput]) -> Response[bytes]:
    async with turn(request) as t:
        row = await service.test(t.work, data.channel)
        return t.json(NoticeSendingHead(row.id, row.state))


@command("/notice-channels/log/{sending_id:uuid}/replay", "replayNotice", "重新发送", CHANNEL_TAGS, NoticeSendingHead)
async def replay(request: Req, sending_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        row = await service.replay(t.work, sending_id)
        return t.json(NoticeSendingHead(row.id, row.state))


ROUTES = [
    get_settings,
    choose,
    set_address,
    verify,
    forget,
    proof,
    export,
    list_channels,
    list_log,
    test,
    replay,
]
