"""Typed supervision relations, derived from the tree by Articles 2 and 5 and extended by explicit dated ones. Pure.

Every relation carries its article, a Chinese reason and how far it reaches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Generic

from tenants.organs.codes import LEADERSHIPS, OrganKind, line_name
from tenants.organs.errors import UnlawfulRelation
from tenants.organs.tree import BODY_KINDS, OWNER_KINDS, SYSTEM_KINDS, K, OrganFacts, Register

#: `internal` is an organ over itself and `assist` is help: neither makes a supervisor of another organ.
SUPERVISING = ("level", "line", "vertical")


@dataclass(frozen=True, slots=True)
class ExplicitRelation(Generic[K]):
    """A dated relation that a law outside the tree creates (Art. 2(4)); `valid_to` is exclusive."""

    supervisor_id: K
    supervised_id: K
    kind: str
    article: str
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""

    def holds_on(self, on: date) -> bool:
        started = self.valid_from is None or self.valid_from <= on
        return started and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True)
class Relation(Generic[K]):
    """One typed edge. `through_id` is the justice department that does the work (Art. 5)."""

    supervisor_id: K
    supervised_id: K
    kind: str
    article: str
    reason_zh: str
    scope_zh: str
    through_id: K | None = None
    business_lines: frozenset[str] = frozenset()


def derive_relations(
    organs: Iterable[OrganFacts[K]], explicit: Iterable[ExplicitRelation[K]], on: date
) -> list[Relation[K]]:
    """Every supervision relation that holds on a day, at most one per (supervisor, supervised, kind).

    Raises `UnlawfulRelation` when an explicit relation would make a supervisor of someone who by
    Arts. 2 and 5 cannot be one.
    """
    register = Register(organs, on)
    found: dict[tuple[K, K, str], Relation[K]] = {}

    def keep(relations: Iterable[Relation[K]]) -> None:
        for relation in relations:
            found.setdefault((relation.supervisor_id, relation.supervised_id, relation.kind), relation)

    keep(_level(register))
    keep(_own_bodies(register))
    keep(_counterparts(register))
    keep(_within_system(register))
    by_level = {(a, b) for a, b, kind in found if kind == "level"}
    keep(r for r in _vertical(register) if (r.supervisor_id, r.supervised_id) not in by_level)
    keep(_internal(register))
    keep(_assist(register))
    keep(_explicit(register, explicit))
    return list(found.values())


_LEVEL_REASON = {
    OrganKind.GOVERNMENT: "上级人民政府监督下级人民政府的行政执法工作",
    OrganKind.DISPATCHED_ORGAN: "人民政府监督其派出机关的行政执法工作",
    OrganKind.FUNCTIONAL_ZONE: "人民政府监督其设立的功能区管理机构的行政执法工作",
}


def _level(register: Register[K]) -> Iterator[Relation[K]]:
    """Art. 2(1): a government over its departments, dispatched organs, zones and the governments one
    level down, and through the owning department over that department's bodies. Upper-led organs
    directly below a government fall under Art. 2(3); a judicial office enforces nothing."""
    for organ in register.living:
        government, owner = register.government_over(organ)
        if government is None or organ.kind == OrganKind.JUDICIAL_OFFICE:
            continue
        direct = owner.id == organ.id
        if organ.is_upper_led if direct else organ.kind not in BODY_KINDS:
            continue
        if direct:
            reason = _LEVEL_REASON.get(OrganKind(organ.kind), "人民政府监督所属部门的行政执法工作")
        else:
            reason = "人民政府监督所属部门（含其所属机构、派出机构）的行政执法工作"
        body = register.supervision_body_of(government.id)
        scope = "全部监督内容" if direct else f"全部监督内容，通过{owner.label}"
        # The supervision body does not act for the government against itself.
        through = None if body == organ.id else body
        yield Relation(government.id, organ.id, "level", "2(1)", reason, scope, through)


def _lines_zh(lines: frozenset[str]) -> str:
    return "、".join(line_name(line) for line in sorted(lines)) + "业务"


def _line(upper: OrganFacts[K], lower: OrganFacts[K], shared: frozenset[str], article: str, reason: str) -> Relation[K]:
    return Relation(upper.id, lower.id, "line", article, reason, _lines_zh(shared), business_lines=shared)


def _own_bodies(register: Register[K]) -> Iterator[Relation[K]]:
    """Art. 2(2), first half: a department over its own subordinate and dispatched bodies."""
    for organ in register.living:
        if organ.kind not in BODY_KINDS and organ.kind != OrganKind.JUDICIAL_OFFICE:
            continue
        owner = next((a for a in register.ancestors(organ) if a.kind in OWNER_KINDS), None)
        if owner is None or owner.level == "township":
            continue
        shared = owner.business_lines & (organ.business_lines or owner.business_lines)
        if shared:
            yield _line(owner, organ, shared, "2(2)", "县级以上政府部门监督所属机构、派出机构的行政执法工作")


def _counterparts(register: Register[K]) -> Iterator[Relation[K]]:
    """Art. 2(2), second half: a city department over the county departments of the same line. Only a
    city's departments: the article gives a county's departments no line over townships."""
    for city in register.living:
        if city.kind != OrganKind.GOVERNMENT or city.level != "city":
            continue
        by_line: dict[str, list[OrganFacts[K]]] = defaultdict(list)
        for county in register.children[city.id]:
            if county.kind == OrganKind.GOVERNMENT:
                for organ in register.children[county.id]:
                    if organ.kind == OrganKind.DEPARTMENT and not organ.is_upper_led:
                        for line in organ.business_lines:
                            by_line[line].append(organ)
        for department in register.children[city.id]:
            if department.kind not in (OrganKind.DEPARTMENT, OrganKind.DUAL_LED_BODY):
                continue
            lower = {o.id: o for line in sorted(department.business_lines) for o in by_line[line]}
            for organ in lower.values():
                shared = department.business_lines & organ.business_lines
                reason = "市级政府部门监督下级政府承担相关业务部门的行政执法工作"
                yield _line(department, organ, shared, "2(2)", reason)


def _within_system(register: Register[K]) -> Iterator[Relation[K]]:
    """Art. 2(4): inside a vertical system the upper organ supervises the lower by its own law. A tax
    bureau is no department of the city government, so Art. 2(2) does not carry this."""
    for organ in register.living:
        parent = register.parent(organ)
        if organ.kind in SYSTEM_KINDS and parent is not None and parent.kind in SYSTEM_KINDS:
            shared = parent.business_lines & (organ.business_lines or parent.business_lines)
            if shared:
                yield _line(parent, organ, shared, "2(4)", "上级主管机关依照本系统法律法规监督下级机关")


def _vertical(register: Register[K]) -> Iterator[Relation[K]]:
    """Art. 2(3): the governments in whose area a vertical or mainly upper-led organ is located. The
    article ties the power to the area and not to rank, so a city government also reaches the ones in
    its counties."""
    for organ in register.living:
        if not organ.is_upper_led:
            continue
        above = register.parent(organ)
        has_upper = above is not None and above.kind != OrganKind.GOVERNMENT
        upper = above.label if above is not None and has_upper else "其上级主管部门"
        for government in register.areas(organ):
            yield Relation(
                government.id,
                organ.id,
                "vertical",
                "2(3)",
                f"该单位实行{LEADERSHIPS[organ.leadership]}，设立在本行政区域内",
                f"仅遵守和执行法律、政策文件情况；文书抄送{upper}",
                through_id=register.supervision_body_of(government.id),
            )


def _internal(register: Register[K]) -> Iterator[Relation[K]]:
    """Art. 5 para. 3 and Art. 12: an enforcement organ's legal-affairs unit over the organ's own work."""
    for organ in register.living:
        if organ.kind != OrganKind.JUDICIAL_OFFICE and not organ.is_supervising_government:
            yield Relation(
                organ.id,
                organ.id,
                "internal",
                "5",
                "法制机构或者其他指定机构承担本单位行政执法监督的具体工作",
                "本单位的行政执法活动",
            )


def _assist(register: Register[K]) -> Iterator[Relation[K]]:
    """Art. 5 para. 4: a judicial office helps its county justice department in one township or street."""
    for organ in register.living:
        if organ.kind != OrganKind.JUDICIAL_OFFICE:
            continue
        place, justice = register.now(organ.located_in_id), register.parent(organ)
        if place is not None and place.id != organ.id and place.level == "township" and justice is not None:
            yield Relation(
                organ.id,
                place.id,
                "assist",
                "5",
                f"司法所协助{justice.label}开展乡镇、街道行政执法监督工作",
                "登记线索、起草文书、陪同检查、记录，不制发文书",
                through_id=justice.id,
            )


def refusal(kind: str, supervisor: OrganFacts[K], supervised: OrganFacts[K]) -> tuple[str, str] | None:
    """Why an explicit relation of this kind may not be entered: a Chinese sentence and the article; None if it may."""
    office = supervisor.kind == OrganKind.JUDICIAL_OFFICE
    shared = supervisor.business_lines & supervised.business_lines
    by_government = supervisor.kind == OrganKind.GOVERNMENT
    refusals = (
        (supervisor.id == supervised.id, "监督单位与被监督单位不能是同一单位（内部监督无需登记）", "5"),
        (kind not in (*SUPERVISING, "assist"), "可登记的监督关系类型为 level、line、vertical、assist", "2"),
        (kind == "assist" and not office, "只有司法所承担协助（第五条）", "5"),
        (kind != "assist" and office, "司法所只能协助，不能作为监督单位（第五条）", "5"),
        (
            not office and supervisor.level == "township",
            "乡镇、街道不是县级以上政府，不能作为监督单位（第二条）",
            "2",
        ),
        (
            kind in ("level", "vertical") and not by_government,
            "层级监督和对垂直、双重管理单位的监督只能由县级以上人民政府实施（第二条）",
            "2",
        ),
        (
            kind == "vertical" and not supervised.is_upper_led,
            "被监督单位不是垂直管理或者以上级领导为主的单位（第二条第三项）",
            "2(3)",
        ),
        (kind == "line" and not shared, "条线监督双方没有共同的业务条线（第二条第二项）", "2(2)"),
    )
    return next(((sentence, article) for refused, sentence, article in refusals if refused), None)


def why_unlawful(kind: str, supervisor: OrganFacts[K], supervised: OrganFacts[K]) -> str | None:
    """The sentence of `refusal` alone."""
    refused = refusal(kind, supervisor, supervised)
    return None if refused is None else refused[0]


def _explicit(register: Register[K], explicit: Iterable[ExplicitRelation[K]]) -> Iterator[Relation[K]]:
    for entry in explicit:
        supervisor, supervised = register.by_id[entry.supervisor_id], register.by_id[entry.supervised_id]
        refused = refusal(entry.kind, supervisor, supervised)
        if refused is not None:
            sentence, article = refused
            raise UnlawfulRelation(f"{supervisor.name}—{supervised.name}：{sentence}", article=article, field="kind")
        both_live = supervisor.alive_on(register.on) and supervised.alive_on(register.on)
        if not (both_live and entry.holds_on(register.on)):
            continue
        shared = supervisor.business_lines & supervised.business_lines if entry.kind == "line" else frozenset()
        scopes = {
            "line": _lines_zh(shared),
            "vertical": "仅遵守和执行法律、政策文件情况",
            "assist": "登记线索、起草文书、陪同检查、记录，不制发文书",
        }
        justice = register.parent(supervisor) if entry.kind == "assist" else None
        yield Relation(
            supervisor.id,
            supervised.id,
            entry.kind,
            entry.article,
            entry.note or "依照法律法规登记的监督关系",
            scopes.get(entry.kind, "全部监督内容"),
            through_id=justice.id if justice else register.supervision_body_of(supervisor.id),
            business_lines=shared,
        )
