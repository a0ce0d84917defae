"""From the catalogue to SQL: the conditions of one record become one scan of the table (Art. 11(5)).

A scan that asks every condition of its kind costs a few times what reading the table costs; a scan for each model
would read it fifty times. Each model has a bit; rows of which no bit is set go no further, and what a hit saw is put
together for the others alone. Working days are looked up in an array that the statement carries: a join to the
calendar for each date of each record would cost more than everything else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from supervision.checks.rules import Rule, catalogue
from tenants.organs.codes import line_name

RECORD_KINDS: Final = ("penalty", "licence", "coercion", "inspection", "collection")
TOLD_IN_FULL: Final = {
    "penalty": "r.filed_on is not null",
    "licence": "r.accepted_on is not null",
    "coercion": "true",
    "inspection": "true",
    "collection": "true",
}
"""When a record tells the steps of its procedure: of a decision that is only published, a missing step says nothing."""
WHERE: Final = "r.city_id = %(city)s and r.body_id = %(body)s"
BATCH: Final = " and r.organ_id = any (%(organs)s::uuid[]) and r.import_id = %(import)s"
LABEL: Final = (
    "coalesce(nullif(r.case_no, ''), nullif(r.doc_no, ''), r.external_id)"
    " || ' ' || coalesce(nullif(r.title, ''), r.item_name)"
)
SUBJECT: Final = (
    f"'record' as subject_kind, r.id as subject_id, r.organ_id as subject_organ_id, r.version as subject_version,"
    f" trim({LABEL}) as label, r.kind, r.business_line as line"
)
_KEPT: Final = """, kept as materialized (
    select f.*, m.version as rule_version, coalesce(f.grave, m.severity) as severity
    from found f
    join unnest(%(rules)s::text[], %(versions)s::int[], %(severities)s::text[]) as m(rule, version, severity)
      on m.rule = f.rule
    left join unnest(%(line_names)s::text[], %(line_codes)s::text[]) as l(name, code) on l.name = f.line
    left join check_switch here on here.city_id = %(city)s and here.organ_id = %(body)s and here.rule = f.rule
      and here.line = coalesce(l.code, f.line)
    left join check_switch everywhere on everywhere.city_id = %(city)s and everywhere.organ_id = %(body)s
      and everywhere.rule = f.rule and everywhere.line = ''
    where coalesce(here.enabled, everywhere.enabled, true)
)"""
_PUT: Final = """, put as (
    insert into check_hit as h (city_id, organ_id, id, subject_kind, subject_id, subject_organ_id, subject_version,
        label, kind, rule, rule_version, severity, found_on, facts, score, state)
    select %(city)s, %(body)s, gen_random_uuid(), k.subject_kind, k.subject_id, k.subject_organ_id, k.subject_version,
        k.label, k.kind, k.rule, k.rule_version, k.severity, %(today)s, k.facts, k.score, 'open'
    from kept k
    on conflict (city_id, organ_id, subject_id, rule) do update
    set subject_version = excluded.subject_version, label = excluded.label, rule_version = excluded.rule_version,
        severity = excluded.severity, facts = excluded.facts, score = excluded.score, state = 'open',
        found_on = case when h.state = 'open' then h.found_on else excluded.found_on end,
        reason_code = '', reason = '', judged_by = null, judged_by_name = '', judged_at = null,
        row_version = h.row_version + 1
    where (h.state = 'cleared'
           or h.state = 'dismissed' and excluded.subject_version > h.subject_version
           or h.state = 'open' and (h.facts, h.subject_version, h.rule_version, h.severity)
              is distinct from (excluded.facts, excluded.subject_version, excluded.rule_version, excluded.severity))
    returning h.row_version = 1 as fresh
), gone as (
    update check_hit h set state = 'cleared', row_version = h.row_version + 1
    where h.city_id = %(city)s and h.organ_id = %(body)s and h.state = 'open' and h.rule = any (%(rules)s::text[])"""
_GONE: Final = """
      and not exists (select 1 from kept k where k.subject_id = h.subject_id and k.rule = h.rule)
    returning 1
)
select (select count(*) from kept), (select count(*) from put), (select count(*) from gone)"""
_OF_BATCH: Final = (
    " and h.subject_id in (select r.id from enforcement_record r where r.city_id = %(city)s"
    " and r.organ_id = any (%(organs)s::uuid[]) and r.import_id = %(import)s)"
)
_PARAMETER: Final = re.compile(r"\{(\w+)\}")
SETS: Final = ("certificates", "benchmarks", "bases", "accounts", "outliers", "inspections", "registers")
"""Models that compare records, in the order in which they run. The first four look at one record and also run on
arrival; the others look at the stock."""
ON_ARRIVAL: Final = frozenset({"certificates", "benchmarks", "bases", "accounts"})


def statement(found: str, *, batch: bool) -> str:
    """Find, then keep what is new or changed, and take back what is no longer there; answers with three counts:
    hits there are, rows written, rows taken back."""
    return f"{found}{_KEPT}{_PUT}{_OF_BATCH if batch else ''}{_GONE}"


def of_records() -> list[Rule]:
    """The models that ask one record alone."""
    return [rule for rule in catalogue().values() if rule.when]


def of_set(name: str) -> list[Rule]:
    return [rule for rule in catalogue().values() if rule.set == name]


@cache
def rows(*, batch: bool) -> str:
    """The statement of the models that ask one record alone."""
    return statement(scan(of_records(), batch=batch), batch=batch)


@cache
def of(name: str, *, batch: bool) -> str:
    """The statement of a set of models."""
    text = files("supervision.checks").joinpath(f"sql/{name}.sql").read_text("utf-8")
    named = {rule.id: rule for rule in of_set(name)}

    def parameter(found: re.Match[str]) -> str:
        return str(named[found[1]].parameters[found[2]])

    text = re.sub(r"\{(\w+)\.(\w+)\}", parameter, text)
    text = text.replace("{where}", WHERE).replace("{batch}", BATCH if batch else "").replace("{subject}", SUBJECT)
    return statement(words(text), batch=batch)


def scan(rules: Sequence[Rule], *, batch: bool) -> str:
    """The hits of models over one record: one pass, a bit for each model. ``offset 0`` keeps the planner from asking
    all conditions again in the place of each bit."""
    bits = {rule.id: 1 << n for n, rule in enumerate(rules)}
    mask = " ".join(
        f"when '{kind}' then {_sum(rule for rule in rules if kind in rule.kinds)(kind, bits)}"
        for kind in RECORD_KINDS
        if any(kind in rule.kinds for rule in rules)
    )
    mask = f"case r.kind {mask} else 0 end"
    told = "\n        union all ".join(_told(rule, bits[rule.id]) for rule in rules)
    # Every part comes from the catalogue and from this module; what varies with the run is bound.
    return (
        f"with seen as (\n    select r.*, {mask} as mask\n    from enforcement_record r\n"  # noqa: S608
        f"    where {WHERE}{BATCH if batch else ''} and {mask} <> 0 offset 0\n), found as materialized (\n"
        f"    select {SUBJECT}, x.rule, x.grave, x.facts, null::bigint as score\n"
        f"    from seen r cross join lateral (\n        {told}\n    ) x\n)"
    )


def _sum(rules: Iterable[Rule]) -> Callable[[str, dict[str, int]], str]:
    held = list(rules)

    def text(kind: str, bits: dict[str, int]) -> str:
        return " + ".join(
            f"case when {condition(rule, rule.when, kind)} then {bits[rule.id]}::bigint else 0 end" for rule in held
        )

    return text


def _told(rule: Rule, bit: int) -> str:
    pairs = ", ".join(f"'{name}', {condition(rule, value, rule.kinds[0])}" for name, value in rule.facts.items())
    grave = "null"
    if rule.grave:
        grave = f"case when {condition(rule, rule.grave.when, rule.kinds[0])} then '{rule.grave.severity}' end"
    return (
        f"select '{rule.id}'::text as rule, {grave}::text as grave, jsonb_build_object({pairs}) as facts"
        f" where r.mask & {bit}::bigint <> 0"
    )


def condition(rule: Rule, text: str, kind: str) -> str:
    """A condition or a fact of a model, with its parameters and words put in, for one kind of record."""

    def parameter(found: re.Match[str]) -> str:
        name = found[1]
        value = str(rule.parameters[name])
        others = [(line, known[name]) for line, known in rule.lines.items() if name in known]
        if not others:
            return value
        # Sources name a business line by our code or in words.
        cases = " ".join(f"when '{known}' then {n}" for line, n in others for known in (line, line_name(line)))
        return f"(case r.business_line {cases} else {value} end)"

    filled = _PARAMETER.sub(parameter, text)
    return f"({words(filled, TOLD_IN_FULL[kind])})"


def words(text: str, told: str = "true") -> str:
    """The words of the catalogue as SQL. `told`: when a record tells its steps at all."""
    text = re.sub(r"(?<![\w'])(?<!%\()today(?!\w)", "%(today)s::date", text)
    for name, made in (("wd", _wd), ("rolled", _rolled), ("absent", _absent(told)), ("blank", _blank(told))):
        text = _replace(text, name, made)
    return text


def _replace(text: str, name: str, made: Callable[[list[str]], str]) -> str:
    start = re.compile(rf"(?<![\w.]){name}\(")
    while found := start.search(text):
        depth, at, parts, begin = 1, found.end(), [], found.end()
        while depth:
            char = text[at]
            depth += (char == "(") - (char == ")")
            if not depth or (char == "," and depth == 1):
                parts.append(text[begin:at].strip())
                begin = at + 1
            at += 1
        text = f"{text[: found.start()]}{made(parts)}{text[at:]}"
    return text


def _wd(parts: list[str]) -> str:
    first, last = parts
    return f"((%(upto)s::int[])[({last}) - %(base)s::date + 1] - (%(upto)s::int[])[({first}) - %(base)s::date + 1])"


def _rolled(parts: list[str]) -> str:
    start, days = parts
    plain = f"({start}) + ({days})"
    return f"({plain} + (%(roll)s::int[])[{plain} - %(base)s::date + 1])"


def _absent(told: str) -> Callable[[list[str]], str]:
    return lambda parts: f"(r.{parts[0]} is null and {_missing(parts[0], told)})"


def _blank(told: str) -> Callable[[list[str]], str]:
    return lambda parts: f"(r.{parts[0]} = '' and {_missing(parts[0], told)})"


def _missing(field: str, told: str) -> str:
    return (
        f"case r.quality->>'{field}' when 'to_check' then false when 'none' then true when 'not_stated' then true"
        f" else {told} end"
    )
