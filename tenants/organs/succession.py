"""When an organ may end and who may carry on its work. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenants.organs.codes import OrganKind
from tenants.organs.tree import K, OrganFacts, Register

_TOWNSHIP = frozenset({OrganKind.GOVERNMENT, OrganKind.DISPATCHED_ORGAN})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a change may not be recorded: a Chinese sentence, the field of the form, the article if one says so."""

    sentence: str
    field: str
    article: str | None = None


def why_not_ended(register: Register[K], organ_id: K, on: date, successor_id: K | None) -> Refusal | None:
    """Why an organ may not end on a day; None if it may.

    A living government keeps its supervision body (Article 5 para. 2); whoever has organs below it or located
    in it leaves them to a successor.
    """
    organ = register.by_id[organ_id]
    if organ.valid_to is not None:
        return Refusal(f"{organ.name}已登记撤销（{organ.valid_to.isoformat()}），不能再次撤销。", "organ_id")
    if organ.valid_from is not None and on <= organ.valid_from:
        return Refusal("撤销日期应晚于成立日期。", "on")
    government = register.by_id.get(organ.parent_id) if organ.parent_id is not None else None
    if organ.is_supervision_body and government is not None and government.alive_on(on):
        return Refusal(
            f"{organ.name}是{government.name}的行政执法监督机构，本级政府存续期间不能撤销；机构改名请登记更名。",
            "organ_id",
            "5",
        )
    if successor_id is None:
        left = next((o for o in register.living if o.alive_on(on) and organ_id in (o.parent_id, o.located_in_id)), None)
        if left is not None:
            return Refusal(f"{organ.name}之下还有{left.name}等单位，请填承接单位。", "successor_id")
    return None


def why_not_heir(register: Register[K], organ_id: K, heir_id: K, on: date) -> Refusal | None:
    """Why one organ may not carry on the work of another from a day on; None if it may."""
    organ, heir = register.by_id[organ_id], register.by_id[heir_id]
    if organ_id == heir_id:
        return Refusal("承接单位不能是本单位。", "successor_id")
    if not heir.alive_on(on):
        return Refusal(f"承接单位{heir.name}在{on.isoformat()}不存在。", "successor_id")
    following, seen = heir.successor_id, {heir_id}
    while following is not None and following in register.by_id and following not in seen:
        if following == organ_id:
            return Refusal("承接关系成环。", "successor_id")
        seen.add(following)
        following = register.by_id[following].successor_id
    zone_to_government = organ.kind == OrganKind.FUNCTIONAL_ZONE and heir.is_supervising_government
    if _family(organ) != _family(heir) and not zone_to_government:
        return Refusal(f"{organ.name}与承接单位{heir.name}的单位类型不同，不能承接。", "successor_id")
    if heir.is_supervising_government and organ.is_supervising_government and heir.level != organ.level:
        return Refusal("人民政府只能由同级人民政府承接。", "successor_id")
    return None


def _family(organ: OrganFacts[K]) -> str:
    if organ.is_supervising_government:
        return "government"
    if organ.kind in _TOWNSHIP:
        return "township"
    return "office" if organ.kind == OrganKind.JUDICIAL_OFFICE else "body"
