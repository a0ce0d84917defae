"""The lines of rules.csv: one rule a line, each with its article and the sentence that explains it."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from policy import articles
from policy.errors import RuleBookError
from policy.vocabulary import KINDS, LABELS, ORGAN_CLASSES, RELATIONS, ROLES, STANDINGS

RULES_FILE: Final = Path(__file__).with_name("rules.csv")
COLUMNS: Final = (
    "id", "effect", "organ_class", "role", "relation", "kind", "action", "standing",
    "article", "switch", "sentence", "remedy",
)  # fmt: skip
EFFECTS: Final = ("bar", "deny", "refer", "allow")
ALL_ACTIONS: Final = frozenset(action for _, action in LABELS)
_TERMS: Final = {
    "organ_class": ORGAN_CLASSES,
    "role": ROLES,
    "relation": RELATIONS,
    "kind": KINDS,
    "action": ALL_ACTIONS,
    "standing": STANDINGS,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One rule. `effect`: bar (the law forbids for now), deny, refer (explains only), allow."""

    id: str
    effect: str
    organ_class: str
    role: str
    relation: str
    kind: str
    action: str
    standing: str
    article: str
    switch: str
    sentence: str
    remedy: str
    number: int

    def casbin(self) -> list[str]:
        """The line as Casbin's policy of model.conf; a bar forbids like a denial."""
        effect = "deny" if self.effect == "bar" else self.effect
        patterns = [self.organ_class, self.role, self.relation, self.kind, self.action, self.standing]
        return [self.id, *patterns, self.article, effect]


@cache
def among(value: str, pattern: str) -> bool:
    """Whether `value` is one that `pattern` names: ``*``, ``a|b``, ``!a|b`` (all but these), ``decision:*``."""
    if pattern.startswith("!"):
        return not among(value, pattern[1:])
    return any(
        part in ("*", value) or (part.endswith(":*") and value.startswith(part[:-1])) for part in pattern.split("|")
    )


def read(path: Path = RULES_FILE) -> tuple[Line, ...]:
    """All lines, checked: known words, an article on each, unique ids, explanations before permissions.

    Raises RuleBookError with the file and the line.
    """
    lines: list[Line] = []
    seen: set[str] = set()
    for number, row in _rows(path):
        line = _line(path, number, row)
        if line.id in seen:
            raise RuleBookError(f"规则编号“{line.id}”重复", file=path.name, line=number)
        # Casbin names the last line that matched, so a later explanation would hide the permission.
        if line.effect == "refer" and any(earlier.effect == "allow" for earlier in lines):
            raise RuleBookError("说明性规则应当写在准许性规则之前", file=path.name, line=number)
        seen.add(line.id)
        lines.append(line)
    return tuple(lines)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    numbered = [
        (number, text)
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if text.strip() and not text.startswith("#")
    ]
    if not numbered or tuple(numbered[0][1].split(",")) != COLUMNS:
        raise RuleBookError(f"表头应为 {','.join(COLUMNS)}", file=path.name, line=1)
    yield from zip((number for number, _ in numbered[1:]), csv.reader(text for _, text in numbered[1:]), strict=True)


def _line(path: Path, number: int, row: list[str]) -> Line:
    if len(row) != len(COLUMNS):
        raise RuleBookError(f"应有 {len(COLUMNS)} 栏，实有 {len(row)} 栏", file=path.name, line=number)
    line = Line(**dict(zip(COLUMNS, row, strict=True)), number=number)
    for problem in _problems(line):
        raise RuleBookError(problem, file=path.name, line=number)
    return line


def _problems(line: Line) -> Iterator[str]:
    if line.effect not in EFFECTS:
        yield f"效力“{line.effect}”不存在"
    if not line.id or not line.sentence:
        yield "缺少编号或者理由"
    if not articles.is_valid(line.article):
        yield f"缺少条款，或者条款“{line.article}”不存在"
    for column, known in _TERMS.items():
        yield from _unknown(column, getattr(line, column), known)
    if not any(among(kind, line.kind) and among(action, line.action) for kind, action in LABELS):
        yield "没有一种事项具有所列的动作"


def _unknown(column: str, pattern: str, known: Iterable[str]) -> Iterator[str]:
    for part in pattern.removeprefix("!").split("|"):
        prefix = part[:-1] if part.endswith(":*") else None
        is_known = part == "*" or part in known or (prefix and any(word.startswith(prefix) for word in known))
        if not is_known:
            yield f"{column} 一栏的“{part}”不存在"
