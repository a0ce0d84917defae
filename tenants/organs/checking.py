"""A data set checked as a whole: every wrong cell named, so that nothing is imported by halves. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from kernel.errors import FieldError, Invalid
from tenants.organs.codes import KINDS, LEADERSHIPS, LEVEL_RANK, LEVELS, OrganKind, check_division_code
from tenants.organs.dataset import Dataset
from tenants.organs.errors import DatasetRefused
from tenants.organs.relations import why_unlawful
from tenants.organs.rows import OrganRow, RelationRow, RowError
from tenants.organs.tree import BODY_KINDS, SYSTEM_KINDS


def checked(dataset: Dataset) -> Dataset:
    """The data set itself when every cell is right. Raises DatasetRefused that names each wrong one."""
    refuse_wrong_cells(dataset.organs, dataset.relations)
    return dataset


def refuse_wrong_cells(organs: Sequence[OrganRow], relations: Sequence[RelationRow]) -> None:
    """Raises DatasetRefused with one field error (`file:row:column`) for each wrong cell."""
    errors = validate(organs, relations)
    if errors:
        named = [FieldError(f"{e.file}:{e.row}:{e.column}", e.message) for e in errors]
        raise DatasetRefused(f"单位数据有 {len(errors)} 处需要修改，没有导入任何内容。", errors=named)


def validate(organs: Sequence[OrganRow], relations: Sequence[RelationRow] = ()) -> list[RowError]:
    """Every wrong cell, in the order of the file and at most one error a cell; empty when all may be loaded."""
    if not organs:
        return [RowError("organs.csv", 1, "key", "", "没有单位数据。")]
    by_key: dict[str, OrganRow] = {}
    for organ in organs:
        by_key.setdefault(organ.key, organ)
    errors: dict[tuple[str, int, str], RowError] = {}

    def report(row: OrganRow | RelationRow, column: str, message: str) -> None:
        value = getattr(row, column, "")
        shown = ";".join(value) if isinstance(value, tuple) else str(value if value is not None else "")
        errors.setdefault((row.file, row.row, column), RowError(row.file, row.row, column, shown, message))

    everything: list[OrganRow | RelationRow] = [*organs, *relations]
    for row in everything:
        for problem in row.problems:
            errors.setdefault((problem.file, problem.row, problem.column), problem)
    for check in (_duplicates, _references, _placement, _dates, _supervision_bodies):
        for organ, column, message in check(organs, by_key):
            report(organ, column, message)
    for relation in relations:
        for column, message in _relation(relation, by_key):
            report(relation, column, message)
    for relation_again in _repeated(relations):
        report(relation_again, "supervised_key", "同一监督关系登记了两次。")
    files = list(dict.fromkeys(row.file for row in everything))
    return sorted(errors.values(), key=lambda e: (files.index(e.file), e.row))


_Found = Iterator[tuple[OrganRow, str, str]]


def _overlap(one: OrganRow, other: OrganRow) -> bool:
    first = max(one.established_on or date.min, other.established_on or date.min)
    return first < min(one.ended_on or date.max, other.ended_on or date.max)


def _duplicates(organs: Sequence[OrganRow], by_key: Mapping[str, OrganRow]) -> _Found:
    for organ in organs:
        first = by_key[organ.key]
        if organ.key and first is not organ:
            yield organ, "key", f"与第 {first.row} 行的单位标识重复。"
    for column, title in (("name", "名称"), ("uscc", "统一社会信用代码"), ("division_code", "行政区划代码")):
        seen: dict[str, list[OrganRow]] = defaultdict(list)
        for organ in organs:
            value = getattr(organ, column)
            if not value:
                continue
            twin = next((o for o in seen[value] if _overlap(o, organ)), None)
            if twin is not None and twin.key != organ.key:
                yield organ, column, f"与第 {twin.row} 行的{title}重复（{twin.name}）。"
            seen[value].append(organ)


def _references(organs: Sequence[OrganRow], by_key: Mapping[str, OrganRow]) -> _Found:
    for organ in organs:
        for column in ("parent_key", "located_in_key", "administered_by_key", "successor_key"):
            key = getattr(organ, column)
            if key and key not in by_key:
                yield organ, column, f"表中没有标识为“{key}”的单位。"
            elif key and key == organ.key:
                yield organ, column, "不能填本单位自己。"
        for column in ("parent_key", "successor_key"):
            if _in_cycle(organ, column, by_key):
                yield organ, column, "隶属关系成环。" if column == "parent_key" else "承接关系成环。"


def _in_cycle(organ: OrganRow, column: str, by_key: Mapping[str, OrganRow]) -> bool:
    seen: set[str] = set()
    current = by_key.get(getattr(organ, column))
    while current is not None and current.key not in seen:
        if current.key == organ.key:
            return True
        seen.add(current.key)
        current = by_key.get(getattr(current, column))
    return False


def _placement(organs: Sequence[OrganRow], by_key: Mapping[str, OrganRow]) -> _Found:
    for organ in organs:
        if organ.kind not in KINDS or organ.level not in LEVELS:
            continue
        parent = by_key.get(organ.parent_key)
        if organ.parent_key and parent is None:
            continue
        for column, message in (*_place(organ, parent), *_details(organ, parent, by_key)):
            yield organ, column, message


def _place(organ: OrganRow, parent: OrganRow | None) -> Iterator[tuple[str, str]]:
    """Where in the tree an organ of this kind may stand."""
    if organ.kind == OrganKind.GOVERNMENT:
        yield from _place_government(organ, parent)
    elif organ.kind == OrganKind.JUDICIAL_OFFICE:
        if parent is None or not parent.is_supervision_body or parent.level != "county":
            yield "parent_key", "司法所应隶属县级司法行政部门（监督办法第五条）。"
        if organ.level != "township":
            yield "level", "司法所的层级应为乡级。"
    elif organ.kind in BODY_KINDS:
        if parent is None:
            yield "parent_key", f"{KINDS[organ.kind]}应填主管单位。"
        elif LEVEL_RANK.get(parent.level, -1) > LEVEL_RANK[organ.level]:
            yield "level", f"层级不能高于主管单位（{LEVELS[parent.level]}）。"
    else:
        yield from _place_below_government(organ, parent)


def _place_government(organ: OrganRow, parent: OrganRow | None) -> Iterator[tuple[str, str]]:
    if parent is None:
        if organ.level in ("county", "township"):
            yield "parent_key", "县级、乡级人民政府应填上级人民政府。"
    elif not parent.facts.is_supervising_government:
        yield "parent_key", "人民政府的隶属单位应是上级人民政府。"
    elif LEVEL_RANK.get(parent.level, -1) >= LEVEL_RANK[organ.level]:
        yield "level", f"层级应低于上级人民政府（{LEVELS[parent.level]}）。"


def _place_below_government(organ: OrganRow, parent: OrganRow | None) -> Iterator[tuple[str, str]]:
    """Departments, subdistrict offices and zones stand under a government, systems under their own upper organ."""
    under_government = parent is not None and parent.facts.is_supervising_government
    if organ.kind in SYSTEM_KINDS:
        listed = organ.kind == OrganKind.DUAL_LED_BODY and under_government
        if parent is not None and parent.kind not in SYSTEM_KINDS and not listed:
            yield "parent_key", f"{KINDS[organ.kind]}不隶属本级政府，应填上级主管机关或者留空。"
    elif parent is None or not under_government:
        yield "parent_key", f"{KINDS[organ.kind]}应隶属县级以上人民政府。"
    elif organ.kind == OrganKind.DISPATCHED_ORGAN and organ.level != "township":
        yield "level", "派出机关（街道办事处）的层级应为乡级。"
    elif organ.kind == OrganKind.DEPARTMENT and parent.level != organ.level:
        yield "level", f"部门的层级应与本级政府一致（{LEVELS.get(parent.level, '')}）。"


def _details(organ: OrganRow, parent: OrganRow | None, by_key: Mapping[str, OrganRow]) -> Iterator[tuple[str, str]]:
    place, runner = by_key.get(organ.located_in_key), by_key.get(organ.administered_by_key)
    areas = (OrganKind.GOVERNMENT, OrganKind.DISPATCHED_ORGAN, OrganKind.FUNCTIONAL_ZONE)
    wanted = {OrganKind.VERTICAL_BODY: "upper", OrganKind.DUAL_LED_BODY: "dual_upper"}.get(OrganKind(organ.kind))
    if wanted is not None and organ.leadership != wanted:
        yield "leadership", f"{KINDS[organ.kind]}的领导体制应为“{LEADERSHIPS[wanted]}”。"
    if organ.facts.is_upper_led and not organ.located_in_key:
        yield "located_in_key", "垂直管理、以上级为主的单位应填所在区域（第二条第三项）。"
    if place is not None and place.kind not in areas:
        yield "located_in_key", "所在区域应是人民政府、街道办事处或者功能区。"
    if organ.kind == OrganKind.JUDICIAL_OFFICE and (place is None or place.level != "township"):
        yield "located_in_key", "司法所应填所在的乡镇或者街道。"
    if runner is not None and runner.kind not in (OrganKind.GOVERNMENT, OrganKind.FUNCTIONAL_ZONE):
        yield "administered_by_key", "代管单位应是人民政府或者功能区。"
    if organ.kind == OrganKind.DEPARTMENT and not organ.business_lines:
        yield "business_lines", "部门应填业务条线（第二条第二项的条线监督以此认定）。"
    owned = parent is not None and organ.kind in BODY_KINDS and parent.kind == OrganKind.DEPARTMENT
    if owned and parent is not None and not set(organ.business_lines) <= set(parent.business_lines):
        yield "business_lines", f"超出主管部门（{parent.name}）的业务条线。"
    yield from _division(organ, parent)


def _division(organ: OrganRow, parent: OrganRow | None) -> Iterator[tuple[str, str]]:
    system = organ.code_system or "none"
    if organ.kind == OrganKind.FUNCTIONAL_ZONE and system not in ("none", "NBS"):
        yield "code_system", "功能区没有国家标准行政区划代码，应填 NBS（统计用）或 none。"
        return
    try:
        code = check_division_code(organ.division_code or "", system, organ.level)
    except Invalid as error:
        yield error.field or "division_code", error.message
        return
    below = (parent.division_code or "") if parent is not None else ""
    prefix = below[:6].removesuffix("00").removesuffix("00")
    if code and system != "NBS" and not code.startswith(prefix):
        yield "division_code", f"应以上级代码“{prefix}”开头。"


def _dates(organs: Sequence[OrganRow], by_key: Mapping[str, OrganRow]) -> _Found:
    for organ in organs:
        if organ.established_on and organ.ended_on and organ.ended_on <= organ.established_on:
            yield organ, "ended_on", "撤销日期应晚于成立日期。"
        if organ.successor_key and organ.ended_on is None:
            yield organ, "ended_on", "填写了承接单位，应填撤销日期。"
        heir = by_key.get(organ.successor_key)
        if heir is not None and organ.ended_on and heir.ended_on and heir.ended_on < organ.ended_on:
            yield organ, "successor_key", "承接单位在本单位撤销之前已经不存在。"


def _supervision_bodies(organs: Sequence[OrganRow], by_key: Mapping[str, OrganRow]) -> _Found:
    """Art. 5 para. 2: each county-or-above government has one supervision body, its justice department."""
    bodies: dict[str, list[OrganRow]] = defaultdict(list)
    for organ in organs:
        if organ.is_supervision_body:
            if organ.kind != OrganKind.DEPARTMENT or "justice" not in organ.business_lines:
                yield organ, "is_supervision_body", "监督机构应是司法行政部门（监督办法第五条第二款）。"
            twin = next((o for o in bodies[organ.parent_key] if _overlap(o, organ)), None)
            if twin is not None:
                yield organ, "is_supervision_body", f"该政府已有监督机构（第 {twin.row} 行）。"
            bodies[organ.parent_key].append(organ)
    for organ in organs:
        alone = all(o.ended_on is not None for o in bodies[organ.key])
        if organ.facts.is_supervising_government and organ.ended_on is None and alone:
            yield organ, "key", "该政府没有行政执法监督机构，请登记其司法行政部门（第五条第二款）。"


def _relation(relation: RelationRow, by_key: Mapping[str, OrganRow]) -> Iterator[tuple[str, str]]:
    ends = []
    for column in ("supervisor_key", "supervised_key"):
        organ = by_key.get(getattr(relation, column))
        if organ is None:
            yield column, f"单位表中没有标识为“{getattr(relation, column)}”的单位。"
        elif organ.kind in KINDS:
            ends.append(organ.facts)
    if relation.valid_from is None:
        yield "valid_from", "必填，不能为空。"
    elif relation.valid_to is not None and relation.valid_to <= relation.valid_from:
        yield "valid_to", "截止日期应晚于起始日期。"
    if len(ends) == 2:
        refused = why_unlawful(relation.kind, ends[0], ends[1])
        if refused is not None:
            yield "kind", refused + "。"


def _repeated(relations: Sequence[RelationRow]) -> Iterator[RelationRow]:
    seen: set[tuple[str, str, str, date | None]] = set()
    for relation in relations:
        identity = (relation.supervisor_key, relation.supervised_key, relation.kind, relation.valid_from)
        if identity in seen:
            yield relation
        seen.add(identity)
