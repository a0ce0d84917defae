"""The vocabulary of organs and their codes: USCC (GB 32100), division codes, business lines. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from stdnum.cn import uscc as _uscc

from kernel.errors import Invalid


class OrganKind(StrEnum):
    """What an organ is; the Chinese names are in `KINDS`."""

    GOVERNMENT = "government"
    DEPARTMENT = "department"
    DISPATCHED_ORGAN = "dispatched_organ"
    SUBORDINATE_BODY = "subordinate_body"
    DISPATCHED_BODY = "dispatched_body"
    VERTICAL_BODY = "vertical_body"
    DUAL_LED_BODY = "dual_led_body"
    FUNCTIONAL_ZONE = "functional_zone"
    AUTHORISED_ORGANISATION = "authorised_organisation"
    ENTRUSTED_ORGANISATION = "entrusted_organisation"
    JUDICIAL_OFFICE = "judicial_office"


KINDS: Mapping[str, str] = MappingProxyType(
    {
        "government": "人民政府",
        "department": "政府部门",
        "dispatched_organ": "派出机关",
        "subordinate_body": "所属机构",
        "dispatched_body": "派出机构",
        "vertical_body": "垂直管理单位",
        "dual_led_body": "双重领导单位",
        "functional_zone": "功能区",
        "authorised_organisation": "法律法规授权组织",
        "entrusted_organisation": "受委托组织",
        "judicial_office": "司法所",
    }
)
LEVELS: Mapping[str, str] = MappingProxyType({"province": "省级", "city": "市级", "county": "县级", "township": "乡级"})
LEVEL_RANK: Mapping[str, int] = MappingProxyType({level: rank for rank, level in enumerate(LEVELS)})
LEADERSHIPS: Mapping[str, str] = MappingProxyType(
    {
        "government": "本级政府领导",
        "department": "主管部门领导",
        "dual_local": "双重领导，以地方为主",
        "dual_upper": "双重领导，以上级为主",
        "upper": "垂直管理",
    }
)
RELATION_KINDS: Mapping[str, str] = MappingProxyType(
    {"level": "层级", "line": "条线", "vertical": "垂直、双重管理", "internal": "内部", "assist": "协助"}
)
CODE_SYSTEMS: Mapping[str, str] = MappingProxyType(
    {
        "GB2260": "国家标准 GB/T 2260（县级以上）",
        "GB10114": "国家标准 GB/T 10114（乡级）",
        "MCA": "民政部行政区划代码（乡级）",
        "NBS": "国家统计局统计用区划代码",
        "none": "无行政区划代码",
    }
)
BUSINESS_LINES: Mapping[str, str] = MappingProxyType(
    {
        "administrative_approval": "行政审批和政务信息",
        "agriculture": "农业农村",
        "archives": "档案",
        "audit": "审计",
        "central_bank": "人民银行",
        "civil_affairs": "民政",
        "civil_air_defence": "人民防空",
        "commerce": "商务",
        "culture_tourism": "文化广电旅游",
        "customs": "海关",
        "cyberspace": "网络信息",
        "development_reform": "发展改革",
        "disease_control": "疾病预防控制",
        "earthquake": "防震减灾",
        "ecology_environment": "生态环境",
        "education": "教育",
        "emergency_management": "应急管理",
        "ethnic_religious": "民族宗教",
        "finance": "财政",
        "financial_regulation": "金融监管",
        "fire_rescue": "消防救援",
        "foreign_exchange": "外汇管理",
        "forestry": "林业",
        "grain_reserves": "粮食和物资储备",
        "health": "卫生健康",
        "highways": "公路",
        "housing_construction": "住房和城乡建设",
        "housing_fund": "住房公积金",
        "human_resources": "人力资源和社会保障",
        "industry_information": "工业和信息化",
        "intellectual_property": "知识产权",
        "justice": "司法行政",
        "local_finance": "地方金融",
        "market_regulation": "市场监管",
        "medical_insurance": "医疗保障",
        "meteorology": "气象",
        "natural_resources": "自然资源和规划",
        "postal": "邮政",
        "press_publication_film": "新闻出版、版权、电影",
        "public_security": "公安",
        "radio": "无线电管理",
        "rural_revitalisation": "乡村振兴",
        "science_technology": "科技",
        "social_insurance": "社会保险",
        "sports": "体育",
        "statistics": "统计",
        "statistics_survey": "统计调查",
        "tax": "税务",
        "tobacco": "烟草专卖",
        "transport": "交通运输",
        "urban_management": "城市管理",
        "veterans": "退役军人事务",
        "water": "水利",
        "zone_administration": "功能区管理",
    }
)

_USCC_ALPHABET = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12]")


def line_name(line: str) -> str:
    """The Chinese name of a business line; an unknown one is shown as it is."""
    return BUSINESS_LINES.get(line, line)


def plain(text: str) -> str:
    """A code as typed by people: full-width characters narrowed, spaces and hyphens dropped, upper case."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()


def check_uscc(text: str, *, field: str = "uscc") -> str:
    """A unified social credit code in its plain form (GB 32100-2015).

    Raises Invalid with a sentence that says what is wrong: length, character, division part or check digit.
    """
    code = plain(text)
    if len(code) != 18:
        raise Invalid(f"统一社会信用代码应为18位，现为{len(code)}位。", field=field)
    for position, character in enumerate(code, start=1):
        if character not in _USCC_ALPHABET:
            hint = "（不使用字母I、O、Z、S、V）" if character in "IOZSV" else ""
            raise Invalid(f"统一社会信用代码第{position}位“{character}”不是允许的字符{hint}。", field=field)
    if not code[2:8].isdecimal():
        raise Invalid("统一社会信用代码第3至8位应为6位数字的登记管理机关行政区划码。", field=field)
    if _uscc.calc_check_digit(code[:17]) != code[17]:
        raise Invalid("统一社会信用代码的校验码（第18位）不正确，请核对有无错位、错字。", field=field)
    return code


def uscc_with_check_digit(first17: str) -> str:
    """The 18-character code that begins with these 17 characters. Raises Invalid when none can."""
    head = plain(first17)
    if len(head) != 17 or not set(head) <= _USCC_ALPHABET:
        raise Invalid("统一社会信用代码的前17位不正确。", field="uscc")
    return check_uscc(head + _uscc.calc_check_digit(head))


def check_division_code(text: str, system: str, level: str, *, field: str = "division_code") -> str:
    """A division code in its plain form, right for its code system and for the organ's level.

    A functional zone has no code of GB/T 2260: 71–79 in the last two digits exist in statistics only.
    Raises Invalid.
    """
    code = plain(text)
    if system not in CODE_SYSTEMS:
        raise Invalid(f"代码体系“{system}”不存在，可填：{'、'.join(CODE_SYSTEMS)}。", field="code_system")
    if system == "none" or not code:
        if system == "none" and code:
            raise Invalid("代码体系为 none 时，行政区划代码应留空。", field=field)
        if system != "none":
            raise Invalid("填写了代码体系，但没有行政区划代码。", field=field)
        return ""
    refused = _why_wrong_division(code, system, level)
    if refused is not None:
        raise Invalid(refused, field=field)
    return code


def _why_wrong_division(code: str, system: str, level: str) -> str | None:
    wanted = 9 if level == "township" else 6
    lengths = (9, 12) if level == "township" and system == "NBS" else (wanted,)
    if not (code.isascii() and code.isdigit()) or len(code) not in lengths:
        return f"{LEVELS.get(level, level)}行政区划代码应为{wanted}位数字，现为“{code}”。"
    if _PROVINCE.match(code) is None:
        return f"行政区划代码“{code}”的前两位“{code[:2]}”不是省级代码。"
    refusals: tuple[tuple[bool, str], ...]
    if level == "township":
        refusals = (
            (system == "GB2260", "GB/T 2260 只编到县级，乡级代码请填 GB10114、MCA 或 NBS。"),
            (code[6:9] == "000", "乡级行政区划代码的后三位不能是000。"),
        )
    else:
        shape = {"province": code[2:] == "0000", "city": code[2:4] != "00" and code[4:] == "00"}
        zone = level == "county" and system != "NBS" and "71" <= code[4:] <= "79"
        refusals = (
            (system == "GB10114", "GB/T 10114 是乡级代码，县级以上请填 GB2260。"),
            (not shape.get(level, code[4:] != "00"), f"“{code}”不是{LEVELS.get(level, level)}行政区划代码。"),
            (zone, f"“{code}”是统计用区划代码（功能区），不是 GB/T 2260 代码，代码体系请填 NBS。"),
        )
    return next((sentence for refused, sentence in refusals if refused), None)
