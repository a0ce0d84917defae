"""Keeping links: the system administrator connects, changes, pauses and repairs; supervisors settle what differs from
the registers (Arts. 17, 18; separation of the three administrators). Keys are shown once, when they are made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import select

from integrations.links import comparing, posting, repository
from integrations.links.models import Link, LinkDifference
from integrations.links.rules import KINDS, SUITES, checked_address
from integrations.links.signing import Keys, new_keys, public_key
from integrations.links.state import opened, sealed
from kernel import settings
from kernel.errors import FieldError, IllegalTransition, Invalid, NotFound, Stale
from kernel.ids import new_id
from kernel.work import Work
from tenants.access import Target, authorize

ARTICLE: Final = "17"
JOBS: Final[Mapping[str, Mapping[str, str]]] = {
    "provincial": {"pull": "pull_province", "compare": "reconcile_province", "repair": "repair_province"},
    "discipline": {"pull": "pull_discipline"},
    "hotline": {"pull": "pull_hotline_orders"},
}
"""Kind → what can be started by hand → its job."""
STARTED: Final = {"pull": "取新内容", "compare": "对账", "repair": "修复差异"}


class LinkInput(msgspec.Struct, frozen=True, kw_only=True):
    """A link as it is entered. `shared`: a key that the other side gave, hex; empty: one is made. `peer`: the other
    side's SM2 public key. `seconds` bounds one answer. `pulls`: a hotline that is asked for its orders, not only one
    that sends them."""

    kind: str
    name: str
    address: str
    suite: str = "hmac-sm3"
    shared: str = ""
    peer: str = ""
    seconds: int = 20
    pulls: bool = False


class LinkChange(msgspec.Struct, frozen=True, kw_only=True):
    """What of a link may be changed afterwards. Empty `peer` leaves the other side's public key as it is."""

    name: str
    address: str
    peer: str = ""
    seconds: int = 20
    pulls: bool = False


class NewLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link with what the other side needs of its keys: `secret` is told this once (empty for SM2, and when the other
    side gave the key)."""

    id: UUID
    key_id: str
    secret: str
    public: str


async def enter(work: Work, action: str) -> None:
    """Raises NotFound or Denied for who may not do this with the links of the organ."""
    await authorize(work, "link", action, Target(owner_id=work.organ_id))


async def find(work: Work, link_id: UUID, action: str, version: int | None = None) -> Link:
    """The link, locked, for an action that policy allows. Raises NotFound, Denied or Stale."""
    await enter(work, action)
    row = await repository.link(work, link_id, lock=True)
    if row is None:
        raise NotFound
    if version is not None and version != row.row_version:
        raise Stale(detail={"version": row.row_version})
    return row


async def create(work: Work, given: LinkInput) -> NewLink:
    """Connect a system. Raises Invalid with the fields."""
    await enter(work, "manage")
    errors = _problems(given.name, given.seconds)
    if given.kind not in KINDS:
        errors.append(FieldError("kind", "请从列表中选择系统的种类。"))
    if given.suite not in SUITES:
        errors.append(FieldError("suite", "请选择签名方式。"))
    address = _address(given.address, errors)
    keys = _keys(given, errors)
    await _unique(work, given.name, None, errors)
    if errors or keys is None:
        raise Invalid(errors=errors)
    row = Link(
        city_id=work.city_id, id=new_id(), organ_id=work.organ_id, kind=given.kind, name=given.name.strip(),
        address=address, suite=given.suite, secret_cipher=sealed(keys), settings=_settings(given.kind, given),
        state="enabled", cursors={},
    )  # fmt: skip
    work.session.add(row)
    title = f"建立与{KINDS[given.kind]}的对接：{row.name}"
    work.record("create_link", "link", row.id, title=title, article=ARTICLE, detail={"address": address})
    await work.session.flush()
    told = "" if given.shared else keys.shared
    return NewLink(id=row.id, key_id=keys.key_id, secret=told, public=keys.public)


async def change(work: Work, link_id: UUID, given: LinkChange, *, version: int | None = None) -> Link:
    """Change name, address, time or the other side's public key. Raises Invalid with the fields, Stale."""
    row = await find(work, link_id, "manage", version)
    errors = _problems(given.name, given.seconds)
    address = _address(given.address, errors)
    await _unique(work, given.name, link_id, errors)
    keys = opened(row.secret_cipher)
    if given.peer and row.suite == "sm2":
        keys = _with_peer(keys, given.peer, errors)
    if errors:
        raise Invalid(errors=errors)
    before = row.address
    row.name, row.address, row.settings = given.name.strip(), address, _settings(row.kind, given)
    row.secret_cipher = sealed(keys)
    detail = {"address": address, "before": before}
    work.record("change_link", "link", row.id, title=f"修改对接：{row.name}", article=ARTICLE, detail=detail)
    await work.session.flush()
    return row


async def rotate(work: Work, link_id: UUID, *, version: int | None = None) -> NewLink:
    """New keys; the old ones end at once. SM2 keeps the other side's public key."""
    row = await find(work, link_id, "manage", version)
    old = opened(row.secret_cipher)
    keys = new_keys(row.suite, peer=old.peer)
    row.secret_cipher = sealed(keys)
    work.record("rotate_link", "link", row.id, title=f"更换对接密钥：{row.name}", article=ARTICLE)
    await work.session.flush()
    return NewLink(id=row.id, key_id=keys.key_id, secret=keys.shared, public=keys.public)


async def set_state(work: Work, link_id: UUID, state: str, *, version: int | None = None) -> Link:
    """Pause or go on. What is posted meanwhile waits. Raises IllegalTransition when it is so already."""
    row = await find(work, link_id, "manage", version)
    if row.state == state:
        raise IllegalTransition("这个对接已经是这一状态。")
    row.state = state
    if state == "enabled":
        row.failures, row.open_until = 0, None
        work.enqueue(posting.PUSH, {"link_id": str(link_id)})
    word = "恢复" if state == "enabled" else "暂停"
    work.record(f"{state}_link", "link", row.id, title=f"{word}对接：{row.name}", article=ARTICLE)
    await work.session.flush()
    return row


async def start(work: Work, link_id: UUID, what: str) -> Link:
    """Start pull, compare or repair by hand. Raises NotFound where the kind of link has no such thing, and
    IllegalTransition while it is paused."""
    row = await find(work, link_id, "repair")
    job = startable(row).get(what)
    if job is None:
        raise NotFound
    if row.state != "enabled":
        raise IllegalTransition("对接已暂停，请先恢复。")
    work.enqueue(job, {"link_id": str(link_id)})
    work.record(f"{what}_link", "link", row.id, title=f"{STARTED[what]}：{row.name}", article=ARTICLE)
    await work.session.flush()
    return row


def startable(row: Link) -> Mapping[str, str]:
    """What can be started by hand on a link, and its job."""
    asked = row.address and (row.kind != "hotline" or row.settings.get("pull"))
    return JOBS.get(row.kind, {}) if asked else {}


async def replay(work: Work, link_id: UUID, parcel_id: UUID) -> None:
    """Let a refused or dead parcel go out again. Raises NotFound."""
    await find(work, link_id, "replay")
    row = await posting.replay(work, parcel_id)
    if row.link_id != link_id:
        raise NotFound
    work.record("replay_parcel", "parcel", row.id, title="重新送出对接内容", article=ARTICLE)
    await work.session.flush()


async def settle(work: Work, link_id: UUID, difference_id: UUID, note: str) -> None:
    """A person has put it right, or says why it may differ. Raises Invalid without a reason, IllegalTransition."""
    await find(work, link_id, "settle")
    query = select(LinkDifference).where(
        LinkDifference.city_id == work.city_id,
        LinkDifference.organ_id == work.organ_id,
        LinkDifference.link_id == link_id,
        LinkDifference.id == difference_id,
    )
    row = (await work.session.scalars(query.with_for_update())).one_or_none()
    if row is None:
        raise NotFound
    if row.state == "settled":
        raise IllegalTransition("这条差异已经处理。")
    if not 2 <= len(note.strip()) <= 500:
        raise Invalid("请写明处理情况，2 至 500 字。", field="note", article=ARTICLE)
    await comparing.settle_difference(work, row)
    work.record(
        "settle_difference", "link_difference", row.id, title="处理对接差异", note=note.strip(), article=ARTICLE
    )
    await work.session.flush()


def _settings(kind: str, given: LinkInput | LinkChange) -> dict[str, Any]:
    return {"seconds": given.seconds} | ({"pull": True} if kind == "hotline" and given.pulls else {})


def _problems(name: str, seconds: int) -> list[FieldError]:
    errors = []
    if not 2 <= len(name.strip()) <= 60:
        errors.append(FieldError("name", "请填写名称，2 至 60 字。"))
    if not 1 <= seconds <= 60:
        errors.append(FieldError("seconds", "等待时间应当是 1 至 60 秒。"))
    return errors


def _address(address: str, errors: list[FieldError]) -> str:
    """Checked; empty where the other side calls us and is not called."""
    if not address.strip():
        return ""
    try:
        return checked_address(address, loopback=settings.load().demo_mode)
    except Invalid as invalid:
        errors += invalid.errors
        return ""


def _keys(given: LinkInput, errors: list[FieldError]) -> Keys | None:
    suite = given.suite if given.suite in SUITES else "hmac-sm3"
    try:
        return new_keys(suite, peer=given.peer.strip(), shared=given.shared.strip())
    except ValueError:
        field = "peer" if suite == "sm2" else "shared"
        words = {"peer": "请填写对方的 SM2 公钥（十六进制）。", "shared": "共享密钥应当是至少 64 位的十六进制数。"}
        errors.append(FieldError(field, words[field]))
        return None


def _with_peer(keys: Keys, peer: str, errors: list[FieldError]) -> Keys:
    try:
        return msgspec.structs.replace(keys, peer=public_key(peer).hex())
    except ValueError:
        errors.append(FieldError("peer", "请填写对方的 SM2 公钥（十六进制）。"))
        return keys


async def _unique(work: Work, name: str, but: UUID | None, errors: list[FieldError]) -> None:
    if any(row.name == name.strip() and row.id != but for row in await repository.links(work)):
        errors.append(FieldError("name", "已有同名的对接，请换一个名称。"))
