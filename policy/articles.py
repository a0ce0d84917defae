"""Article references: the short code form kept in data, its display form, and what each article asks for.

A code is one of
- ``"8(2)"``: item 2 of article 8 of the regulation, ``"19"``: article 19 as a whole;
- ``"行政强制法:25"`` or ``"行政处罚法:38(1)"``: an article of another law;
- ``"规则:分权"``: a measure of the rule book itself, for what no article fixes.
"""

import re
from dataclasses import dataclass

LAST_ARTICLE = 24
RULE_BOOK_LAW = "规则"

_CODE = re.compile(
    r"(?:(?P<law>[^:()\s]+):)?(?:(?P<number>[1-9]\d{0,2})(?:\((?P<item>[1-9]\d?)\))?|(?P<name>[^():\s]+))"
)
_DIGITS = "零一二三四五六七八九"

# Number of items under the articles that have any: "9(7)" must not pass for a reference.
_ITEMS = {2: 4, 7: 4, 8: 10, 9: 6, 10: 8, 11: 9, 21: 12}


@dataclass(frozen=True, slots=True)
class Reference:
    """A parsed code; ``law`` is empty for the regulation, ``name`` is set for measures of the rule book only."""

    law: str = ""
    number: int = 0
    item: int = 0
    name: str = ""


def parse(code: str) -> Reference:
    """Read a code; raises ValueError in Chinese when it names no possible article."""
    found = _CODE.fullmatch(code)
    if found is None:
        raise ValueError(f"条款编号“{code}”的写法不正确，应如 19、8(2)、行政强制法:25 或者 规则:分权")
    law = found["law"] or ""
    if found["name"] is not None:
        if law != RULE_BOOK_LAW:
            raise ValueError(f"条款编号“{code}”没有条文序号")
        return Reference(law=law, name=found["name"])
    reference = Reference(law=law, number=int(found["number"]), item=int(found["item"] or 0))
    if not law:
        _check_regulation(code, reference)
    return reference


def _check_regulation(code: str, reference: Reference) -> None:
    if reference.number > LAST_ARTICLE:
        raise ValueError(f"条款编号“{code}”超出本办法的{LAST_ARTICLE}条")
    if reference.item > _ITEMS.get(reference.number, 0):
        raise ValueError(f"条款编号“{code}”所指的项不存在")


def is_valid(code: str) -> bool:
    """Whether ``code`` can be displayed."""
    try:
        parse(code)
    except ValueError:
        return False
    return True


def numeral(number: int) -> str:
    """Chinese numeral of 1–999 as statutes write it: 十九, 二十五, 一百零三."""
    if not 0 < number < 1000:
        raise ValueError(f"{number} 不在 1 至 999 之间")
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = _DIGITS[hundreds] + "百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")


def display(code: str) -> str:
    """第八条（二）, 行政强制法第二十五条, 规则 分权; several codes joined by ``;`` are joined by 、."""
    return "、".join(_display_one(part.strip()) for part in code.split(";"))


def _display_one(code: str) -> str:
    reference = parse(code)
    if reference.name:
        return f"{RULE_BOOK_LAW} {reference.name}"
    if reference.law == RULE_BOOK_LAW:
        return f"{RULE_BOOK_LAW} {reference.number}"
    text = f"{reference.law}第{numeral(reference.number)}条"
    return f"{text}（{numeral(reference.item)}）" if reference.item else text


def summary(code: str) -> str:
    """One sentence, in our own words, on what the article asks for; for an item, the item's own sentence.

    Read from the default rule book. Raises ValueError for codes outside the regulation.
    """
    from policy import rulebook  # the rule book checks its own codes with this module

    reference = parse(code)
    if reference.law:
        raise ValueError(f"“{code}”不是本办法的条款")
    return rulebook.default().summary(code)
