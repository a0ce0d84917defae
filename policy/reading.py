"""Read a rule book from TOML and check it whole: a mistake is told in Chinese with file and line."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from policy import articles
from policy.errors import RuleBookError
from policy.rulebook import RuleBook
from policy.vocabulary import (
    CANCELLATION,
    DECISION_NAMES,
    INSTRUMENT_NAMES,
    ORGAN_CLASSES,
    ORGAN_MEASURES,
    PERSON_MEASURES,
    REFERRALS,
    ROLES,
    SUPERVISION_RELATIONS,
)

USED_DEADLINES: Final = frozenset(
    {
        "clue.acceptance",
        "clue.completion",
        "clue.extension",
        "clue.result_back",
        "instrument.answer.urging_letter",
        "instrument.answer.opinion",
        "instrument.answer.internal_notice",
        "instrument.answer.sent_back",
        "instrument.deemed_service",
        "extension.request_before",
        "objection.raise",
        "objection.decide",
        "vertical.notify_upper",
        "matter.look_back",
        "decision.execution",
        "recusal.decide",
        "referral.decide",
        "referral.send",
        "referral.answer",
        "referral.result",
        "referral.urged",
        "conduct.acceptance",
        "conduct.answer",
        "question.answer",
        "accountability.statement",
        "accountability.organ_answer",
        "accountability.review",
        "accountability.decide_review",
        "accountability.appeal",
        "accountability.decide_appeal",
        "accountability.awards_removal",
        "annual.reminder",
        "certificate.renewal_before",
        "certificate.validity",
        "return.quarterly",
        "hotline.urgent",
        "hotline.query",
        "hotline.complaint",
        "hotline.business",
        "hotline.return",
        "social_supervisor.term",
    }
)
"""The deadlines that the procedure asks for. A book lacks none and adds none that nobody would count."""

USED_LIMITS: Final = frozenset(
    {
        "extension.times",
        "clue.extension_times",
        "accountability.training_hours",
        "clue.duplicate_score",
        "instrument.send_backs",
        "matter.handlers",
        "training.hours_per_year",
    }
)
"""The counts that the procedure asks for."""

CONTENT_ITEMS: Final = tuple(f"{a}({n})" for a, last in ((8, 10), (9, 6), (10, 8)) for n in range(1, last + 1))
MODES: Final = ("inspection", "special", "report_request", "file_review", "monitoring", "appraisal",
                "verification_urging", "circular", "other")  # fmt: skip
LADDER: Final = ("remind_before", "remind_last_day", "overdue", "draft_report", "escalate_up")
_RECIPIENTS: Final = ROLES | {"handler", "upper_justice_department"}
RECUSAL_GROUNDS: Final = ("own_interest", "relative_interest", "other")
RECUSAL_LADDER: Final = ("recusal_remind", "recusal_overdue", "recusal_escalate")
QUESTION_LADDER: Final = ("question_remind", "question_overdue", "question_escalate")
GROUNDS: Final = tuple(f"21({n})" for n in range(1, 13))
SANCTIONS: Final = (*ORGAN_MEASURES, *PERSON_MEASURES, CANCELLATION, *REFERRALS)
ACCOUNTABILITY: Final = ("accountability_notice", "accountability_proposal", "qualification_cancellation",
                         "unit_sanction", "accountability_review")  # fmt: skip
"""The documents of accountability (Art. 21)."""
PAPERS: Final = ("extension_reply", "withdrawal_notice", "service_receipt", "circular", "recusal_decision",
                 *ACCOUNTABILITY)  # fmt: skip
"""Documents that ask for no answer: they go with an instrument, or are told to many."""
REFERRAL_LETTERS: Final = ("discipline_referral", "criminal_transfer", "urge_transfer")
"""Letters of a referral (Arts. 18, 21), known to a named few."""
_INSTRUMENTS: Final = (*INSTRUMENT_NAMES, "decision", "government_report", *PAPERS, *REFERRAL_LETTERS)

# Table → the keys that it must hold, each exactly once.
_COMPLETE: Final[dict[str, tuple[str, ...]]] = {
    "article": tuple(str(n) for n in range(1, articles.LAST_ARTICLE + 1)),
    "content_item": CONTENT_ITEMS,
    "mode": MODES,
    "ground": GROUNDS,
    "sanction": SANCTIONS,
    "instrument": _INSTRUMENTS,
    "decision": tuple(DECISION_NAMES),
    "deadline": tuple(sorted(USED_DEADLINES)),
    "scope": ("vertical",),
    "limit": tuple(sorted(USED_LIMITS)),
    "ladder": LADDER,
    "recusal_ground": RECUSAL_GROUNDS,
    "recusal_decider": ("officer", "principal_leader"),
    "recusal_ladder": RECUSAL_LADDER,
    "question_ladder": QUESTION_LADDER,
    "bar": ("qualification_cancelled",),
}
# Tables to which a city may add entries of its own.
_OPEN: Final = frozenset({"article", "instrument"})

_PATH = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.(?P<name>\w+)|\[(?P<index>\d+|\.\.\.)\]")


def read_file(path: Path) -> RuleBook:
    """The rule book in a file. Raises RuleBookError with the file's name, the line and the reason."""
    return read_text(path.read_text(encoding="utf-8"), path.name)


def read_text(text: str, file: str) -> RuleBook:
    """As `read_file`, from text; `file` is named in errors."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        found = re.search(r"at line (\d+)", str(broken))
        raise RuleBookError("不是有效的 TOML", file=file, line=int(found[1]) if found else 0) from None
    finder = _Lines(text)
    try:
        book = msgspec.convert(data, RuleBook)
    except msgspec.ValidationError as invalid:
        problem, line = _in_chinese(str(invalid), finder)
        raise RuleBookError(problem, file=file, line=line) from None
    for table, index, field, problem in _problems(data, book):
        raise RuleBookError(problem, file=file, line=finder.line(table, index, field))
    return book


class _Lines:
    """Finds the line of a table's n-th entry, or of a field in it; tomllib keeps no positions."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()

    def line(self, table: str, index: int = 0, field: str = "") -> int:
        """0 when the table is nowhere in the text."""
        headers = [n for n, line in enumerate(self._lines) if line.strip() in (f"[[{table}]]", f"[{table}]")]
        if index >= len(headers):
            return 0
        start = headers[index]
        for n in range(start + 1, len(self._lines)):
            if self._lines[n].startswith("["):
                break
            if field and re.match(rf"\s*{re.escape(field)}\s*=", self._lines[n]):
                return n + 1
        return start + 1


def _in_chinese(message: str, finder: _Lines) -> tuple[str, int]:
    place = _PATH.search(message)
    what = message[: place.start()] if place else message
    table, index, field = _place(place["path"] if place else "")
    named = re.search(r"`(\w+)`", what)
    if "unknown field" in what and named:
        return f"不认识的项“{named[1]}”", finder.line(table or named[1], index, named[1])
    if "missing required field" in what and named:
        return f"{table or '规则'} 缺少“{named[1]}”", finder.line(table, index)
    return f"“{field or table}”的值不符合要求", finder.line(table, index, field)


def _place(path: str) -> tuple[str, int, str]:
    """``.deadline[3].amount`` → ("deadline", 3, "amount")."""
    steps = list(_STEP.finditer(path))
    names = [step["name"] for step in steps if step["name"]]
    indexes = [int(step["index"]) for step in steps if (step["index"] or "").isdigit()]
    return names[0] if names else "", indexes[0] if indexes else 0, names[1] if len(names) > 1 else ""


_Problem = tuple[str, int, str, str]


def _problems(data: dict[str, Any], book: RuleBook) -> Iterator[_Problem]:
    for table, entries in data.items():
        if table != "rulebook":
            yield from _duplicates(table, entries)
            yield from _bad_articles(table, entries)
    for table, needed in _COMPLETE.items():
        yield from _incomplete(table, data[table], needed)
    yield from _unknown_words(data)
    yield from _shared_series(book)
    yield from _fixed_by_article(data)


_KEYS: Final = ("key", "code", "relation")


def _key(entry: dict[str, Any]) -> str:
    return str(next(entry[name] for name in _KEYS if name in entry))


def _duplicates(table: str, entries: Sequence[dict[str, Any]]) -> Iterator[_Problem]:
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        if _key(entry) in seen:
            yield table, index, "key" if "key" in entry else "code", f"“{_key(entry)}”重复"
        seen.add(_key(entry))
        reasons = [reason["key"] for reason in entry.get("reason", ())]
        if len(set(reasons)) < len(reasons):
            yield table, index, "key", f"“{_key(entry)}”的理由重复"
        if "reason" in entry and not reasons:
            yield table, index, "key", f"“{_key(entry)}”没有理由"


def _bad_articles(table: str, entries: Sequence[dict[str, Any]]) -> Iterator[_Problem]:
    for index, entry in enumerate(entries):
        field = "code" if "code" in entry else "article"
        if not articles.is_valid(entry[field]):
            yield table, index, field, f"条款“{entry[field]}”不存在"


def _incomplete(table: str, entries: Sequence[dict[str, Any]], needed: Sequence[str]) -> Iterator[_Problem]:
    keys = [_key(entry) for entry in entries]
    missing = [key for key in needed if key not in keys]
    if missing:
        yield table, 0, "", f"{table} 缺少“{missing[0]}”"
    for index, key in enumerate(keys):
        if table not in _OPEN and key not in needed:
            unused = "没有事项使用期限" if table == "deadline" else f"{table} 中不存在"
            yield table, index, "key", f"{unused}“{key}”"


def _unknown_words(data: dict[str, Any]) -> Iterator[_Problem]:
    checks = (
        ("instrument", "relations", SUPERVISION_RELATIONS, "监督关系"),
        ("instrument", "signed_by", ORGAN_CLASSES, "单位类别"),
        ("sanction", "document", frozenset({"", *ACCOUNTABILITY}), "文书种类"),
        ("decision", "off_for_relations", SUPERVISION_RELATIONS, "监督关系"),
        ("scope", "left_out", frozenset(CONTENT_ITEMS), "监督内容"),
        ("ladder", "to", _RECIPIENTS, "提醒对象"),
        ("ladder", "unless", frozenset({"report_sent"}), "例外情形"),
        ("recusal_ladder", "to", _RECIPIENTS, "提醒对象"),
        ("question_ladder", "to", _RECIPIENTS, "提醒对象"),
    )
    for table, field, known, what in checks:
        for index, entry in enumerate(data[table]):
            for word in [entry[field]] if isinstance(entry[field], str) else entry[field]:
                if word not in known:
                    yield table, index, field, f"{what}“{word}”不存在"
    for index, entry in enumerate(data["recusal_decider"]):
        if entry["role"] not in ROLES:
            yield "recusal_decider", index, "role", f"职责“{entry['role']}”不存在"


def _shared_series(book: RuleBook) -> Iterator[_Problem]:
    """Two kinds with the same letters would give two documents one number."""
    seen: dict[str, str] = {}
    for index, kind in enumerate(book.instruments):
        if "{organ}" not in kind.series:
            yield "instrument", index, "series", "发文代字应当含有 {organ}"
        if kind.series in seen:
            yield "instrument", index, "series", f"发文代字“{kind.series}”已用于“{seen[kind.series]}”"
        seen[kind.series] = kind.name


def _fixed_by_article(data: dict[str, Any]) -> Iterator[_Problem]:
    for table in ("deadline", "bar", "limit", "due_day"):
        for index, entry in enumerate(data[table]):
            if entry["source"] == "tenant":
                yield table, index, "source", "规则中的来源只能是 article 或者 default"
            if entry["source"] == "article" and entry["tenant_may_change"]:
                yield table, index, "tenant_may_change", f"“{entry['name']}”由办法规定，不能允许调整"
