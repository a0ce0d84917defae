"""Where figures come from: tables whose rows are counted, and how a figure opens down to them.

The counting rules are the files of ``migrations/sql/figures``, one a table; a migration makes triggers of each
(`migrations.figures.source`). The same text finds the records behind a figure, under the reader's own tenancy, so that
it never shows a record that the figure does not count. To add a source: the file, a line in a migration, the table in
`SOURCES`, its indicators in the catalogue; and a `Record` if figures should open down to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

SOURCES: Final = (
    "accountability_answer",
    "accountability_case",
    "accountability_review",
    "activity",
    "blocked_item",
    "certificate",
    "clue",
    "deadline",
    "deadline_step",
    "decision",
    "decision_item",
    "delivery",
    "enforcement_body",
    "enforcement_record",
    "escalated_item",
    "examination",
    "extension",
    "finding",
    "government_report",
    "instrument",
    "licence_application",
    "matter",
    "objection",
    "officer",
    "paper",
    "qualification_bar",
    "recusal",
    "referral",
    "remedy",
    "reply",
    "training",
)


@dataclass(frozen=True, slots=True)
class Record:
    """How a row `r` of `table` is shown: SQL of its title, number and address, and of the facts that policy asks for
    (`kind` and `action`). `near`: the column that names the organ whose figure it is;
    `owner`: whose record it is, as policy asks."""

    table: str
    title: str
    number: str
    href: str
    kind: str
    action: str = "read"
    supervised: str = "null::uuid"
    relation: str = "null"
    near: str = "organ_id"
    owner: str = "r.organ_id"
    apart: bool = False
    """Policy knows it as the reader's own or as that of an organ that he supervises, never as both."""


_OF_MATTER = "(select m.{} from matter m where m.city_id = r.city_id and m.id = r.matter_id)"
_SUPERVISED, _RELATION = _OF_MATTER.format("supervised_id"), _OF_MATTER.format("relation")
_OF_INSTRUMENT = "(select coalesce(i.{}, '') from instrument i where i.city_id = r.city_id and i.id = r.instrument_id)"
RECORDS: Final = {
    "clue": Record("clue", "r.title", "r.number", "'/clues/' || r.id", "clue", supervised="r.subject_organ_id"),
    "matter": Record(
        "matter", "r.title", "coalesce(r.number, '')", "'/matters/' || r.id", "matter",
        supervised="r.supervised_id", relation="r.relation",
    ),
    "activity": Record(
        "activity", _OF_MATTER.format("title"), _OF_MATTER.format("number"), "'/matters/' || r.matter_id", "matter",
        supervised=_SUPERVISED, relation=_RELATION,
    ),
    "finding": Record(
        "finding", "r.title", _OF_MATTER.format("number"), "'/matters/' || r.matter_id", "matter",
        supervised=_SUPERVISED, relation=_RELATION,
    ),
    "instrument": Record(
        "instrument", "r.title", "coalesce(r.number, '')", "'/instruments/' || r.id", "instrument:urging_letter",
        supervised="r.addressee_id", relation="r.relation",
    ),
    "delivery_out": Record(
        "delivery", "r.title", "r.number", "'/instruments/' || r.instrument_id", "instrument:urging_letter",
        supervised="r.addressee_id",
    ),
    "delivery_in": Record(
        "delivery", "r.title", "r.number", "'/inbox/' || r.id", "delivery", supervised="r.addressee_id",
        near="addressee_id",
    ),
    "report": Record(
        "government_report", "r.matter_title", "coalesce(r.number, '')", "'/reports/' || r.id", "report",
        supervised="r.supervised_id", relation="r.relation",
    ),
    "decision": Record(
        "decision", "'对' || r.supervised_name || '的监督决定'", "r.number", "'/decisions/' || r.id", "decision",
        supervised="r.supervised_id",
    ),
    "accountability": Record(
        "accountability_case", "'对' || r.supervised_name || '的责任追究'", "r.number", "'/accountability/' || r.id",
        "accountability", supervised="r.supervised_id", relation="r.relation",
    ),
    "accountability_answer": Record(
        "accountability_answer", "'所在单位对人员的处理'", "r.document_number", "'/accountability/' || r.case_id",
        "accountability", supervised="r.organ_id", near="issuer_id", owner="r.issuer_id",
    ),
    "objection": Record(
        "objection", "'对监督文书的异议'", _OF_INSTRUMENT.format("number"), "'/instruments/' || r.instrument_id",
        "objection", supervised="r.organ_id", near="issuer_id", owner="r.issuer_id",
    ),
    "certificate": Record(
        "certificate", "'持证人 ' || left(r.holder_name, 1) || '某'", "r.number", "'/officers/' || r.officer_id",
        "officer",
    ),
    "enforcement": Record(
        "enforcement_record", "coalesce(nullif(r.title, ''), r.item_name)", "coalesce(nullif(r.doc_no, ''), r.case_no)",
        "'/records/' || r.id", "enforcement_record", supervised="r.organ_id", apart=True,
    ),
    "filing": Record(
        "enforcement_record", "coalesce(nullif(r.title, ''), r.item_name)", "coalesce(nullif(r.doc_no, ''), r.case_no)",
        "'/records/' || r.id", "enforcement_record", supervised="r.organ_id", near="body_id", apart=True,
    ),
}  # fmt: skip
"""Kinds of record that figures open down to (`Indicator.records`, several with a blank between them)."""


@cache
def facts_of(table: str) -> str:
    """The counting rule of a source: a query over one row `r`."""
    return (resources.files("migrations") / "sql" / "figures" / f"{table}.sql").read_text("utf-8")
