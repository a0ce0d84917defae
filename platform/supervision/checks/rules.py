"""The catalogue of rule models, how a hit explains itself, and when a model is too noisy (Arts. 10, 11(5)). Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from statistics import median
from typing import Any, Final

import msgspec

from kernel.wording import format_number
from supervision.records.fields import CODES

ARTICLE: Final = "11(5)"
SEVERITIES: Final[dict[str, str]] = {"A": "可能无效", "B": "程序违法", "C": "不当或者瑕疵", "D": "数据质量"}
STATES: Final[dict[str, str]] = {
    "open": "待核实",
    "clue": "已转线索",
    "matter": "已提请立项",
    "dismissed": "已排除",
    "cleared": "不再命中",
}
JUDGED: Final = ("clue", "matter", "dismissed")
KINDS: Final[dict[str, str]] = {
    "penalty": "行政处罚",
    "licence": "行政许可",
    "coercion": "行政强制",
    "inspection": "行政检查",
    "collection": "行政征收",
    "register": "人员和文书",
}


class Reason(msgspec.Struct, frozen=True):
    """Why a hit is dismissed. `mistaken`: the model was wrong, which counts against it; what was right and is already
    put right does not."""

    key: str
    name: str
    mistaken: bool


REASONS: Final = (
    Reason("data_error", "数据有误", True),
    Reason("other_law", "法律、法规、规章另有规定", True),
    Reason("papers_on_file", "案卷中有相应材料", True),
    Reason("not_applicable", "不属于本模型的情形", True),
    Reason("corrected", "情况属实，已经纠正", False),
    Reason("in_hand", "情况属实，已在其他事项中办理", False),
)
REASON_OF: Final[Mapping[str, Reason]] = {reason.key: reason for reason in REASONS}
MISTAKEN: Final = tuple(reason.key for reason in REASONS if reason.mistaken)
LEAST_JUDGED: Final = 20
LEAST_CONFIRMED: Final = 0.2
REASON_MAX: Final = 500
QUESTION_MAX: Final = 500
ANSWER_MAX: Final = 1000
LONGEST_TERM: Final = 30
"""Calendar days that an answer may take at most; the rule book proposes a day."""
MOST_AT_ONCE: Final = 100
SMALLEST_GROUP: Final = 5
"""Fewer like cases than these are not compared: two or three say nothing, and would point at persons."""

PENALTIES: Final[Mapping[str, str]] = CODES["penalty_kinds"]
MEASURES: Final[Mapping[str, str]] = CODES["measure"]
TIERS: Final[dict[str, str]] = {
    "exempt": "不予处罚",
    "reduced": "减轻",
    "lighter": "从轻",
    "ordinary": "一般",
    "heavier": "从重",
}
REVIEWS: Final[dict[str, str]] = {"passed": "通过", "changes": "需要修改", "refused": "不同意"}


class Grave(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A condition under which a hit weighs more."""

    severity: str
    when: str


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One model. `days` and `money` are its parameters (money in fen), `lines` their other values for business lines;
    `item` is the content of Arts. 8 to 10 that it watches; `traps` is what a hit may be mistaken about."""

    id: str
    name: str
    version: int
    severity: str
    kinds: tuple[str, ...]
    article: tuple[str, ...]
    item: str
    sentence: str
    traps: str
    shows: tuple[str, ...]
    when: str = ""
    facts: dict[str, str] = {}
    set: str = ""
    days: dict[str, int] = {}
    money: dict[str, int] = {}
    lines: dict[str, dict[str, int]] = {}
    grave: Grave | None = None

    @property
    def parameters(self) -> dict[str, int]:
        return self.days | self.money


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[Rule, ...]


@cache
def catalogue() -> dict[str, Rule]:
    """Every model that ships, by its id, in the order of the catalogue. Raises msgspec.ValidationError for a model
    that is not whole, ValueError for one that is there twice."""
    text = files("supervision.checks").joinpath("data/rules.toml").read_text("utf-8")
    found = msgspec.convert(tomllib.loads(text), Catalogue).rule
    if len({rule.id for rule in found}) < len(found):
        raise ValueError("two models share an id")
    return {rule.id: rule for rule in found}


OUTLIERS: Final = ("Q01", "Q02", "Q04", "Q05", "Q06")
"""Models of the disproportionate fine (Art. 10(7))."""

_PART: Final = re.compile(r"\[([^\[\]]*)\]")
_FACT: Final = re.compile(r"\{(!?)(\w+)\}")


def told(rule: Rule, facts: Mapping[str, Any]) -> str:
    """The sentence of a hit of a model: the dates and figures it saw, the computation, and the provision."""
    return explain(rule.sentence, {**facts, **derived(facts)})


def derived(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What a sentence says of a fine beside the figures themselves: the range, on which side of it, like what."""
    fine, found = facts.get("fine_fen"), dict[str, Any]()
    if "law_min_fen" in facts:
        found["law_range"] = bounds(facts["law_min_fen"], facts["law_max_fen"])
        found["side"] = "低于下限" if fine < facts["law_min_fen"] else "超过上限"
    elif "min_inclusive" in facts:
        found["range"] = bounds(
            facts["min_fen"],
            facts["max_fen"],
            lowest=bool(facts["min_inclusive"]),
            highest=bool(facts["max_inclusive"]),
        )
        found["side"] = "偏轻" if fine <= facts["min_fen"] else "偏重"
    elif "median_fen" in facts:
        found["side"] = "低" if fine < facts["median_fen"] else "高"
        found["group"] = like(facts)
        found["z"] = abs(facts["z"]) if facts["z"] is not None else None
    return found


def like(facts: Mapping[str, Any]) -> str:
    """What the compared cases have in common: cause, tier, kind of party."""
    parts = [str(facts["item"] or facts["cause"])]
    parts += [f"{TIERS[facts['tier']]}阶次"] if facts["tier"] in TIERS else []
    return "、".join([*parts, "公民" if facts["citizen"] else "单位"])


def bounds(low: int, high: int | None, *, lowest: bool = True, highest: bool = True) -> str:
    """A range of amounts; a bound that is not included says so, for 以上 and 以下 include the figure."""
    if high is None:
        return f"{yuan(low)}以上" if lowest else f"超过 {yuan(low)}"
    if low == high:
        return yuan(low)
    first = yuan(low) if lowest else f"超过 {yuan(low)}"
    return f"{first}至{yuan(high)}" if highest else f"{first}，不满 {yuan(high)}"


def explain(sentence: str, facts: Mapping[str, Any]) -> str:
    """A sentence with its facts. ``[...]`` is left out when a fact in it is missing, nought or empty; ``{!name}`` in
    such a part asks that the fact be missing, and says nothing."""

    def part(found: re.Match[str]) -> str:
        for negated, name in _FACT.findall(found[1]):
            present = facts.get(name) not in (None, 0, "", [])
            if present is bool(negated):
                return ""
        return found[1]

    return _FACT.sub(lambda found: "" if found[1] else shown(found[2], facts.get(found[2])), _PART.sub(part, sentence))


_CODES: Final[dict[str, Mapping[str, str]]] = {"tier": TIERS, "measure": MEASURES, "result": REVIEWS}


PARAMETERS: Final[dict[str, str]] = {
    "limit": "期限", "first": "提示起点", "longest": "延长后期限", "joint": "联合办理期限",
    "joint_longest": "联合办理延长后期限", "years": "年限", "grave": "严重情形年限", "percent": "百分比",
    "citizen": "公民的金额", "organisation": "单位的金额", "least": "最少件数", "z": "稳健偏离倍数",
    "shown": "图中件数",
    "least_fen": "最小差额", "limit_fen": "金额", "within": "间隔日数", "before": "提前日数",
}  # fmt: skip
"""What the parameters are called."""


def outline(rule: Rule) -> str:
    """What a model says, with … in the place of what it saw."""
    text = re.sub(r"\{!\w+\}", "", rule.sentence)
    return re.sub(r"\{\w+\}", "…", text).replace("[", "").replace("]", "")


def settings(rule: Rule) -> list[tuple[str, str]]:
    """The parameters of a model in words: name and value, amounts in yuan."""
    plain = [(PARAMETERS[name], str(value)) for name, value in rule.days.items()]
    return plain + [(PARAMETERS[name], yuan(value)) for name, value in rule.money.items()]


def shown(name: str, value: Any) -> str:
    """A fact as a sentence says it: amounts in yuan, lists with 、, codes by their names."""
    if isinstance(value, list):
        return "、".join(PENALTIES.get(str(one), str(one)) for one in value) or "未记录"
    if value is None:
        return "未记录"
    if name.endswith("_fen"):
        return yuan(int(value))
    return _CODES.get(name, {}).get(str(value), str(value))


def distance(facts: Mapping[str, Any]) -> str:
    """How far a fine lies from like cases, rounded once and said as the sentence says it: a list that rounded the
    score anew would differ from its own sentence. Empty for what is no outlier."""
    if facts.get("z") is not None:
        return f"{str(facts['z']).lstrip('-')} 倍"
    return f"{facts['percent']}%" if "median_fen" in facts and "percent" in facts else ""


def yuan(fen: int) -> str:
    """1,234,500 fen → 12 345 元; with 角分 only where there are any."""
    whole, rest = divmod(fen, 100)
    return f"{format_number(whole)}{f'.{rest:02d}' if rest else ''} 元"


class Rate(msgspec.Struct, frozen=True):
    """How often supervisors agreed with a model. `confirmed` of `judged` hits; noisy: fewer than a fifth of at least
    twenty."""

    confirmed: int
    judged: int

    @property
    def percent(self) -> float | None:
        return 100 * self.confirmed / self.judged if self.judged else None

    @property
    def noisy(self) -> bool:
        return self.judged >= LEAST_JUDGED and self.confirmed < LEAST_CONFIRMED * self.judged


class Spread(msgspec.Struct, frozen=True):
    """The middle of like cases and how far they lie around it, in fen."""

    count: int
    median: float
    mad: float

    def distance(self, fen: int) -> float | None:
        """How many robust standard deviations an amount lies from the median; None when all like cases are equal."""
        return 0.6745 * (fen - self.median) / self.mad if self.mad else None


def spread(amounts: Sequence[int]) -> Spread | None:
    """The spread of like cases; None for a group too small to be compared."""
    if len(amounts) < SMALLEST_GROUP:
        return None
    middle = float(median(amounts))
    return Spread(len(amounts), middle, float(median(abs(one - middle) for one in amounts)))


def compared(year: int) -> tuple[date, date]:
    """First and last day of the twelve months in which cases are compared: the year of the decision."""
    return date(year, 1, 1), date(year, 12, 31)
