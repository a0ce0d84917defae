"""The only door to keys: make, rotate, revoke, list. The secret is told once and kept as its hash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kernel.clock import system_now
from kernel.errors import IllegalTransition, Invalid, NotFound
from kernel.ids import new_id
from kernel.work import Work
from tenants.access import Target, authorize
from tenants.keys import repository, rules
from tenants.keys.models import ApiKey, ApiKeySecret, ApiKeyUse


@dataclass(frozen=True, slots=True)
class SecretView:
    """One secret that still opens something; `until` None: the present one."""

    hint: str
    made_at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key as the administrators see it. `state`: active, expired, revoked."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    state: str
    expires_on: date
    per_minute: int
    made_by_name: str
    made_at: datetime
    secrets: tuple[SecretView, ...]
    last_used_at: datetime | None
    last_used_from: str
    revoked_by_name: str
    revoke_reason: str
    version: int


@dataclass(frozen=True, slots=True)
class Made:
    """A key and its new secret, which nobody can read again."""

    key: KeyView
    token: str


async def listing(work: Work, after: UUID | None = None, limit: int = 50) -> tuple[list[KeyView], UUID | None]:
    """Keys of the organ, the newest first, and the cursor of the next page. Raises Denied."""
    await authorize(work, "api_key", "read", Target(owner_id=work.organ_id))
    rows = await repository.page(work, after, limit)
    shown = rows[:limit]
    return await _views(work, shown), shown[-1].id if len(rows) > limit else None


async def get(work: Work, key_id: UUID) -> KeyView:
    """Raises Denied, NotFound."""
    await authorize(work, "api_key", "read", Target(owner_id=work.organ_id))
    key = await repository.one(work, key_id)
    if key is None:
        raise NotFound
    return (await _views(work, [key]))[0]


async def make(work: Work, name: str, scopes: Sequence[str], expires_on: date, per_minute: int) -> Made:
    """A new key of the organ. Raises Denied, Invalid."""
    await authorize(work, "api_key", "make", Target(owner_id=work.organ_id))
    rules.check(name, scopes, expires_on, per_minute, work.today)
    if await repository.named(work, name.strip()) is not None:
        raise Invalid("本单位已有同名的密钥，请换一个名称；轮换密钥不需要另建。", field="name")
    key = ApiKey(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        name=name.strip(),
        scopes=sorted(set(scopes)),
        expires_on=expires_on,
        per_minute=per_minute,
        made_by_name=_who(work),
        revoked_at=None,
        revoked_by_name="",
        revoke_reason="",
    )
    work.session.add(key)
    await work.session.flush()
    work.session.add(
        ApiKeyUse(
            id=new_id(), city_id=work.city_id, organ_id=work.organ_id, key_id=key.id, window_at=system_now(), calls=0,
            last_used_at=None, last_used_from="",
        )
    )  # fmt: skip
    token = await _secret(work, key)
    title = f"新建接口密钥“{key.name}”"
    work.record("make", "api_key", key.id, title=title, detail={"scopes": key.scopes, "expires_on": str(expires_on)})
    return Made((await _views(work, [key]))[0], token)


async def rotate(work: Work, key_id: UUID, grace_hours: int = rules.GRACE_HOURS) -> Made:
    """A new secret; the old one lives on for `grace_hours`, so that the other system can change over without a gap.

    Raises Denied, NotFound, Invalid, IllegalTransition for a key that has ended.
    """
    await authorize(work, "api_key", "rotate", Target(owner_id=work.organ_id))
    key = await _living(work, key_id)
    ends = rules.grace_end(work.now, grace_hours)
    for old in (await repository.secrets(work, [key.id]))[key.id]:
        if old.valid_until is None or old.valid_until > ends:
            old.valid_until = ends
    token = await _secret(work, key)
    work.record("rotate", "api_key", key.id, title=f"轮换接口密钥“{key.name}”", detail={"old_until": ends.isoformat()})
    return Made((await _views(work, [key]))[0], token)


async def revoke(work: Work, key_id: UUID, reason: str) -> KeyView:
    """End a key at once, with every secret. Raises Denied, NotFound, Invalid, IllegalTransition."""
    await authorize(work, "api_key", "revoke", Target(owner_id=work.organ_id))
    if not reason.strip() or len(reason) > 300:
        raise Invalid("请写明吊销的理由，最多300个字。", field="reason")
    key = await _living(work, key_id)
    key.revoked_at, key.revoked_by_name, key.revoke_reason = work.now, _who(work), reason.strip()
    work.record("revoke", "api_key", key.id, title=f"吊销接口密钥“{key.name}”", note=reason.strip())
    await work.session.flush()
    return (await _views(work, [key]))[0]


async def _living(work: Work, key_id: UUID) -> ApiKey:
    key = await repository.one(work, key_id, lock=True)
    if key is None:
        raise NotFound
    if rules.state(key.expires_on, key.revoked_at, work.today) != "active":
        raise IllegalTransition("密钥已经吊销或者过期。", remedy="需要时请新建密钥。")
    return key


async def _secret(work: Work, key: ApiKey) -> str:
    token = rules.new_token()
    work.session.add(
        ApiKeySecret(
            id=new_id(), city_id=work.city_id, organ_id=work.organ_id, key_id=key.id, hint=token[-4:],
            token_hash=rules.digest(token), made_at=work.now, made_by_name=_who(work), valid_until=None,
        )
    )  # fmt: skip
    await work.session.flush()
    return token


async def _views(work: Work, keys: Sequence[ApiKey]) -> list[KeyView]:
    ids = [key.id for key in keys]
    if not ids:
        return []
    secrets, uses = await repository.secrets(work, ids), await repository.uses(work, ids)
    return [_view(work, key, secrets[key.id], uses.get(key.id)) for key in keys]


def _view(work: Work, key: ApiKey, secrets: Sequence[ApiKeySecret], use: ApiKeyUse | None) -> KeyView:
    state = rules.state(key.expires_on, key.revoked_at, work.today)
    living = [s for s in secrets if state == "active" and (s.valid_until is None or s.valid_until > work.now)]
    return KeyView(
        id=key.id,
        name=key.name,
        scopes=tuple(key.scopes),
        state=state,
        expires_on=key.expires_on,
        per_minute=key.per_minute,
        made_by_name=key.made_by_name,
        made_at=secrets[-1].made_at,
        secrets=tuple(SecretView(s.hint, s.made_at, s.valid_until) for s in living),
        last_used_at=use.last_used_at if use else None,
        last_used_from=use.last_used_from if use else "",
        revoked_by_name=key.revoked_by_name,
        revoke_reason=key.revoke_reason,
        version=key.row_version,
    )


def _who(work: Work) -> str:
    return work.actor.name if work.actor else "系统"
