"""The letters that stand for an organ in official numbers: 许司 for 许昌市司法局, 建政 for 建安区人民政府."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_PLACE: Final = re.compile(r"(?P<place>.{2,3}?)[市区县](?P<rest>.+)")

USUAL_LETTERS: Final[dict[str, str]] = {
    "人民政府": "政",
    "司法局": "司",
    "市场监督管理局": "市监",
    "城市管理局": "城",
    "综合行政执法局": "综执",
    "自然资源和规划局": "自然资",
    "生态环境局": "环",
    "住房和城乡建设局": "住建",
    "交通运输局": "交",
    "农业农村局": "农",
    "水利局": "水",
    "应急管理局": "应急",
    "卫生健康委员会": "卫健",
    "人力资源和社会保障局": "人社",
    "公安局": "公",
    "教育局": "教",
}
"""Letters of the usual departments; the rest take the first character of the department's name."""


def organ_letters(name: str, overrides: Mapping[str, str] | None = None) -> str:
    """The letters that stand for an organ: 许司 for 许昌市司法局, 建政 for 建安区人民政府.

    `overrides` maps full names to the letters that an organ actually uses, and wins. Raises ValueError when
    nothing can be derived from the name (the operator then has to enter the letters).
    """
    if overrides and name in overrides:
        return overrides[name]
    place, rest = "", name
    while rest not in USUAL_LETTERS and (match := _PLACE.fullmatch(rest)):
        place, rest = match["place"], match["rest"]
    if not place:
        raise ValueError(f"no place in the organ's name: {name!r}")
    return place[0] + USUAL_LETTERS.get(rest, rest[0])
