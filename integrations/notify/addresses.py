"""Where one is reached and what one wants: everybody's own, for the posts in one organ."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from integrations.notify import dispatching, repository, rules, wording
from integrations.notify.gateways import Demo, gateway
from integrations.notify.models import NoticeAddress, NoticeSending
from kernel import settings
from kernel.errors import FieldError, Invalid, NotFound, TooMany
from kernel.ids import new_id
from kernel.vault import vault
from kernel.work import Actor, Work
from tenants.access import Target, authorize

KEY = "notice_code"


@dataclass(frozen=True, slots=True)
class AddressView:
    """One channel of the acting person. `state`: none, unverified, verified; `usable`: the installation has it.

    `demo_code`: the code, shown because the demo sends nothing; empty otherwise.
    """

    channel: str
    label: str
    usable: bool
    state: str
    masked: str
    demo_code: str


@dataclass(frozen=True, slots=True)
class SettingsView:
    """What one's own notices are like here. `chosen`: kind → channels; `quiet`: minutes of the day."""

    addresses: tuple[AddressView, ...]
    chosen: Mapping[str, Sequence[str]]
    quiet: tuple[int, int]


async def _me(work: Work) -> Actor:
    await authorize(work, "notice", "settings", Target(owner_id=work.organ_id))
    assert work.actor is not None
    return work.actor


async def own(work: Work) -> SettingsView:
    """Raises Denied for what is no person."""
    me = await _me(work)
    rows = {row.channel: row for row in await repository.addresses(work, [me.person_id], verified=False)}
    chosen = await repository.preferences(work, [me.person_id])
    verified = [channel for channel, row in rows.items() if row.verified_at is not None]
    return SettingsView(
        tuple(_view(work, channel, rows.get(channel)) for channel in rules.CHANNELS),
        {kind: chosen.get((me.person_id, kind), verified) for kind in rules.KINDS},
        (await repository.hours(work, [me.person_id])).get(me.person_id, rules.QUIET),
    )


def _view(work: Work, channel: str, row: NoticeAddress | None) -> AddressView:
    way = gateway(channel, settings.load())
    state = "none" if row is None else "verified" if row.verified_at else "unverified"
    shown = isinstance(way, Demo) and row is not None and state == "unverified"
    demo_code = _code(row) if shown and row is not None else ""
    return AddressView(channel, rules.CHANNELS[channel], way is not None, state, row.masked if row else "", demo_code)


def _code(row: NoticeAddress) -> str:
    return rules.code(settings.load().secret(KEY), row.id.bytes, row.nonce)


async def set_address(work: Work, channel: str, address: str) -> AddressView:
    """Take an address and send a code to it; it is used when the code came back. Another one is forgotten at once.

    Raises Invalid for an address of another form, TooMany for a code a minute after the last one.
    """
    me = await _me(work)
    cleaned = rules.checked_address(channel, address)
    if gateway(channel, settings.load()) is None:
        raise Invalid("这一渠道没有设置，请联系系统管理员。", field="channel")
    row = await repository.address(work, me.person_id, channel, lock=True)
    if row is not None and work.now - row.code_sent_at < rules.CODE_AGAIN:
        raise TooMany("验证码每分钟只发送一次，请稍后再试。", detail={"retry_after": 60})
    if row is None:
        row = NoticeAddress(
            id=new_id(), city_id=work.city_id, organ_id=work.organ_id, person_id=me.person_id, channel=channel
        )
        work.session.add(row)
    row.cipher, row.lookup = vault().seal(cleaned), vault().lookup(cleaned)
    row.masked, row.nonce = rules.masked(channel, cleaned), secrets.token_bytes(16)
    row.code_sent_at, row.tries, row.verified_at = work.now, 0, None
    await work.session.flush()
    kept = wording.of_code(rules.DOTS)
    await dispatching.send(work, row, me.name, "code", wording.of_code(_code(row)), kept=kept[1])
    work.record("set_address", "notice_address", row.id, title=f"填写{rules.CHANNELS[channel]}接收地址{row.masked}")
    return _view(work, channel, row)


async def verify(work: Work, channel: str, code: str) -> bool:
    """Whether the code is right, which makes the address usable. A wrong try is counted (the caller's transaction
    must end well), and the fifth ends the code. Raises NotFound without an address, Invalid for an ended code."""
    me = await _me(work)
    row = await repository.address(work, me.person_id, channel, lock=True)
    if row is None or row.verified_at is not None:
        raise NotFound
    if row.tries >= rules.CODE_TRIES or work.now - row.code_sent_at > rules.CODE_LIFE:
        raise Invalid("验证码已经失效，请重新发送。", field="code")
    row.tries += 1
    if not secrets.compare_digest(code.strip().encode(), _code(row).encode()):
        await work.session.flush()
        return False
    row.verified_at = work.now
    title = f"核实{rules.CHANNELS[channel]}接收地址{row.masked}"
    work.record("verify_address", "notice_address", row.id, title=title)
    return True


async def code_for(work: Work, sending: NoticeSending) -> str | None:
    """The code of a text that brings one; None when the address was changed or verified since."""
    found = await repository.address(work, sending.person_id, sending.channel)
    if found is None or found.id != sending.address_id or found.verified_at is not None:
        return None
    fresh = rules.text_hash(sending.subject, wording.of_code(_code(found))[1]) == sending.text_hash
    return _code(found) if fresh else None


async def forget(work: Work, channel: str) -> None:
    """Take an address away; what waits for the morning is then not sent, and its proof says why. Raises NotFound."""
    me = await _me(work)
    row = await repository.address(work, me.person_id, channel, lock=True)
    if row is None:
        raise NotFound
    work.record("forget_address", "notice_address", row.id, title=f"删除{rules.CHANNELS[channel]}接收地址{row.masked}")
    await work.session.delete(row)


async def choose(work: Work, chosen: Mapping[str, Sequence[str]], quiet: tuple[int, int]) -> None:
    """Keep one's wishes: kind → channels, and the quiet hours. Raises Invalid for an unknown kind or channel, and for
    a kind of the law's own steps that would go over no channel at all."""
    me = await _me(work)
    rows = await repository.addresses(work, [me.person_id])
    verified = {row.channel for row in rows}
    errors = [
        FieldError(f"kind.{kind}", f"“{rules.KINDS[kind]}”是法定提醒，至少保留一种已核实的接收方式。")
        for kind, channels in chosen.items()
        if kind in rules.STATUTORY and verified and not verified & set(channels)
    ]
    if any(kind not in rules.KINDS or set(c) - set(rules.CHANNELS) for kind, c in chosen.items()):
        errors = [FieldError("kind", "请从列表中选择。")]
    if errors:
        raise Invalid(errors=errors)
    for kind, channels in chosen.items():
        await repository.keep_preference(work, me.person_id, kind, [c for c in rules.CHANNELS if c in channels])
    await repository.keep_hours(work, me.person_id, quiet)
    night = f"{rules.clock_text(quiet[0])}至{rules.clock_text(quiet[1])}"
    work.record("choose", "notice_preference", me.person_id, title=f"调整消息设置，免打扰时段{night}")
