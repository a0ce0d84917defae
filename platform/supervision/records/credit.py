"""The national field set of credit publicity (双公示), in its present and its older form, as a layout of tables. Pure.

It has no day of filing, notice, review or service: what is missing there was never asked for, so a record of this
layout says nothing about procedure (source `credit`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kernel.errors import FieldError
from supervision.records.cells import WAN, Column, line_of, provisions
from supervision.records.fields import CODES

_PARTY: Final = {
    "MC": "party_name", "LB": "party_kind", "SHXYM": "party_uscc", "ZJLX": "party_id_type", "ZJHM": "party_id_no",
}  # fmt: skip
_READ_OVER: Final = (
    "GSZC", "ZZJG", "SWDJ", "SYDW", "SHZZ",
)  # fmt: skip
"""Further numbers of the party, which the record does not keep."""


def _columns(head: str, own: Mapping[str, str | None]) -> dict[str, Column | None]:
    found: dict[str, Column | None] = {f"{head}_XDR_{name}": Column(field) for name, field in _PARTY.items()}
    found |= {f"{head}_XDR_{name}": None for name in _READ_OVER}
    found |= {f"{head}_{name}": Column(field) if field else None for name, field in own.items()}
    return found | {"BZ": Column("remark")}


_PENALTY: Final = {
    "FRDB": None, "FR_ZJLX": None, "FR_ZJHM": None, "WSH": "doc_no", "WFXW": "item_name", "SY": "illegal_facts",
    "YJ": "basis", "CFLB": "penalty_kinds", "NR": "content", "NR_ZKDX": "licence_ref", "JDRQ": "decided_on",
    "YXQ": None, "GSJZQ": None, "CFJG": "organ_name", "CFJGDM": "organ_uscc", "SJLY": None, "SJLYDM": None,
    "CFMC": "title", "CFLB1": "penalty_kinds", "CFLB2": None, "JG": "content", "FR": None, "XZJG": "organ_name",
    "ZT": None,
}  # fmt: skip
_LICENCE: Final = {
    "FRDB": None, "FR_ZJLX": None, "FR_ZJHM": None, "XKWS": "title", "WSH": "doc_no", "XKLB": "licence_kind",
    "XKZS": "licence_name", "XKBH": "licence_no", "NR": "content", "JDRQ": "decided_on", "YXQZ": "valid_from",
    "YXQZI": "valid_to", "XKJG": "organ_name", "XKJGDM": "organ_uscc", "ZT": "licence_state", "LYDW": None,
    "LYDWDM": None, "FR": None, "XZJG": "organ_name", "XKMC": "item_name",
}  # fmt: skip
LAYOUTS: Final[dict[str, dict[str, Column | None]]] = {
    "credit_penalty": _columns("CF", _PENALTY)
    | {"CF_NR_FK": Column("fine_fen", WAN), "CF_NR_WFFF": Column("confiscated_fen", WAN)},
    "credit_licence": _columns("XK", _LICENCE),
}
_PARTIES: Final = {
    "法人及非法人组织": "legal_person", "法人": "legal_person", "非法人组织": "other_organisation",
    "自然人": "citizen", "个体工商户": "individual_business",
}  # fmt: skip
_CARDS: Final = {"身份证": "01", "驾驶证": "02", "军官证": "03", "护照": "04"}
_KIND_WORDS: Final = {
    **{word: code for code, word in CODES["penalty_kinds"].items() if code != "other"},
    "通报批评": "criticism", "没收违法所得": "confiscation", "没收非法财物": "confiscation", "暂扣": "suspension",
    "吊销": "revocation", "降低资质": "downgrade", "限制生产": "restriction", "停产停业": "closure", "关闭": "shutdown",
    "拘留": "detention",
}  # fmt: skip
_LICENCE_KINDS: Final = {"01": "普通", "02": "特许", "03": "认可", "04": "核准", "05": "登记", "06": "其他"}


def layout_of(titles: Sequence[str]) -> str:
    """credit_penalty, credit_licence, or native."""
    heads = {title.strip().upper().split("_")[0] for title in titles if "_" in title}
    return "credit_penalty" if "CF" in heads else "credit_licence" if "XK" in heads else "native"


def line(
    columns: Sequence[Column | None], cells: Sequence[str], layout: str
) -> tuple[dict[str, Any], list[FieldError]]:
    """A row of the national set as the fields of a record. The document number is the act's number in this source."""
    own = {c.field: cell.strip() for c, cell in zip(columns, cells, strict=False) if c is not None and cell.strip()}
    free = [None if c is not None and c.field in _SPECIAL else c for c in columns]
    found, wrong = line_of(free, cells)
    found["kind"] = layout.removeprefix("credit_")
    if own.get("doc_no"):
        found["external_id"] = own["doc_no"]
    for field in _SPECIAL & own.keys():
        found[field] = _special(field, own[field])
    for field in ("party_kind", "decided_on"):
        if field not in own:
            wrong.append(FieldError(field, "没有填写。"))
    return found, wrong


_SPECIAL: Final = frozenset({"party_kind", "party_id_type", "basis", "penalty_kinds", "licence_kind"})


def _special(field: str, text: str) -> Any:
    if field == "party_kind":
        return _PARTIES.get(text, text)
    if field == "party_id_type":
        return _CARDS.get(text, "99")
    if field == "basis":
        return provisions(text)
    if field == "penalty_kinds":
        return list(dict.fromkeys(code for word, code in _KIND_WORDS.items() if word in text)) or ["other"]
    return _LICENCE_KINDS.get(text, text)
