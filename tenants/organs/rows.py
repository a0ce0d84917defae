"""What an organ data set is made of: its columns, its rows as written, and the wrong cells found in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tenants.organs.codes import CODE_SYSTEMS, KINDS, LEADERSHIPS, LEVELS
from tenants.organs.relations import ExplicitRelation
from tenants.organs.tree import OrganFacts

MAX_NAME = 60

#: column → (title in a workbook, explanation on the sheet 填写说明)
ORGAN_COLUMNS: Mapping[str, tuple[str, str]] = {
    "key": ("单位标识", "必填，全表唯一；小写字母、数字、点、横线，不超过64位，导入后不要改动"),
    "parent_key": ("隶属单位标识", "本级政府填上级政府；部门填本级政府；机构填主管部门；最高一级留空"),
    "name": ("单位名称", f"必填，法定全称，不超过{MAX_NAME}字"),
    "short_name": ("单位简称", "页面显示用，不超过30字"),
    "kind": ("单位类型", "必填：" + "、".join(KINDS.values())),
    "level": ("层级", "必填：" + "、".join(LEVELS.values())),
    "division_code": ("行政区划代码", "政府、街道办事处填写；功能区没有国家标准代码，不得编造"),
    "code_system": ("代码体系", "、".join(CODE_SYSTEMS) + "；没有代码时填 none 或留空"),
    "uscc": ("统一社会信用代码", "18位，可留空"),
    "leadership": ("领导体制", "、".join(LEADERSHIPS.values()) + "；留空为本级政府领导"),
    "business_lines": ("业务条线", "多个用分号隔开，可填中文名或代码；部门必填"),
    "is_supervision_body": ("是否监督机构", "是、否；每个县级以上政府有且只有一个（司法局）"),
    "located_in_key": ("所在区域单位标识", "垂直、双重管理单位和司法所必填"),
    "administered_by_key": ("代管单位标识", "由功能区等代管的填写"),
    "established_on": ("成立日期", "如 2019-01-15，不详留空"),
    "ended_on": ("撤销日期", "自该日起不再存在"),
    "successor_key": ("承接单位标识", "撤销、合并后承接职责的单位"),
    "former_names": ("曾用名", "多个用分号隔开"),
    "letters": ("机关代字", "发文字号用，如 许司；可留空"),
    "source": ("数据来源", "可留空"),
    "confidence": ("可信度", "可留空；S 为有据可查，M-high、M-med、M-low 为待核实"),
}
RELATION_COLUMNS: Mapping[str, tuple[str, str]] = {
    "supervisor_key": ("监督单位标识", "必填"),
    "supervised_key": ("被监督单位标识", "必填"),
    "kind": ("关系类型", "必填：层级、条线、垂直、双重管理、协助"),
    "article": ("依据条款", "必填，如 2(4)"),
    "valid_from": ("起始日期", "必填"),
    "valid_to": ("截止日期", "自该日起不再适用，可留空"),
    "note": ("说明", "依据文件、范围"),
}
REQUIRED = {"key", "name", "kind", "level", "supervisor_key", "supervised_key", "article"}


@dataclass(frozen=True, slots=True)
class RowError:
    """One wrong cell. `row` is the line of the file as a spreadsheet counts it (the header is 1)."""

    file: str
    row: int
    column: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class OrganRow:
    """One organ as written in a data set; empty text for an empty key, None for an empty code or date."""

    key: str
    name: str
    kind: str
    level: str
    parent_key: str = ""
    short_name: str = ""
    division_code: str | None = None
    code_system: str | None = None
    uscc: str | None = None
    leadership: str = "government"
    business_lines: tuple[str, ...] = ()
    is_supervision_body: bool = False
    located_in_key: str = ""
    administered_by_key: str = ""
    established_on: date | None = None
    ended_on: date | None = None
    successor_key: str = ""
    former_names: tuple[str, ...] = ()
    letters: str = ""
    source: str = ""
    confidence: str = ""
    file: str = "organs.csv"
    row: int = 0
    problems: tuple[RowError, ...] = ()

    @property
    def facts(self) -> OrganFacts[str]:
        """The row as the rules see it, with keys as ids."""
        return OrganFacts(
            id=self.key,
            name=self.name,
            kind=self.kind,
            level=self.level,
            parent_id=self.parent_key or None,
            short_name=self.short_name,
            leadership=self.leadership,
            business_lines=frozenset(self.business_lines),
            is_supervision_body=self.is_supervision_body,
            located_in_id=self.located_in_key or None,
            administered_by_id=self.administered_by_key or None,
            valid_from=self.established_on,
            valid_to=self.ended_on,
            successor_id=self.successor_key or None,
        )


@dataclass(frozen=True, slots=True)
class RelationRow:
    """One explicit dated relation (Art. 2(4))."""

    supervisor_key: str
    supervised_key: str
    kind: str
    article: str
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""
    file: str = "relations.csv"
    row: int = 0
    problems: tuple[RowError, ...] = ()

    @property
    def facts(self) -> ExplicitRelation[str]:
        return ExplicitRelation(
            self.supervisor_key,
            self.supervised_key,
            self.kind,
            self.article,
            self.valid_from,
            self.valid_to,
            self.note,
        )
