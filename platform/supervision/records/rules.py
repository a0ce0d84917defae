"""What one line of a file or batch must be: a struct for each kind of act, checked field by field. Pure.

A record is refused only when it cannot be understood: a wrong type, an impossible date, a number that fails its own
check digit. That an act broke the law is no reason to refuse it; the rule models look for that.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

MOST_FEN: Final = 10**15
"""The largest amount, in fen."""
Key = Annotated[str, Meta(min_length=1, max_length=128)]
Short = Annotated[str, Meta(max_length=64)]
Line = Annotated[str, Meta(max_length=300)]
Paragraph = Annotated[str, Meta(max_length=5000)]
Fen = Annotated[int, Meta(ge=0, le=MOST_FEN)]
Days = Annotated[int, Meta(ge=0, le=3650)]
Version = Annotated[int, Meta(ge=0, le=2**53)]
Quality = Literal["none", "not_stated", "to_check"]
PartyKind = Literal["", "citizen", "legal_person", "other_organisation", "individual_business"]
PERSONS: Final = frozenset({"citizen"})
"""Parties whose name is personal data."""


class Officer(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """One officer on an act."""

    certificate_no: Short = ""
    name: Short = ""
    role: Literal["", "officer", "host", "recorder", "reviewer", "approver"] = ""
    employment: Literal["", "formal", "contract", "temporary", "worker"] = ""


class Provision(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """A provision that an act rests on."""

    law: Annotated[str, Meta(min_length=1, max_length=200)]
    article: Short = ""
    version: Short = ""

    def shown(self) -> str:
        return f"{self.law if self.law.startswith('《') else f'《{self.law}》'}{self.article}"


class Exclusion(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """A time that does not count toward a limit: both days included."""

    kind: Short
    start: date
    end: date
    approved_by: Short = ""


class Extension(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """Days by which a limit was extended."""

    days: Days
    on: date | None = None
    approved_by: Short = ""


class Item(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """A document, recording or thing that belongs to an act."""

    kind: Short
    no: Short = ""
    name: Line = ""
    on: date | None = None
    sha256: Short = ""
    quantity: Short = ""
    value_fen: Fen | None = None


class Record(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    gc=False,  # nothing in a record can refer back to it
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="kind",
):
    """What every kind of act has. Amounts are in fen, days are ISO dates."""

    external_id: Key
    version: Version
    organ_uscc: Annotated[str, Meta(max_length=18)] = ""
    organ_name: Annotated[str, Meta(max_length=200)] = ""
    case_no: Annotated[str, Meta(max_length=128)] = ""
    doc_no: Annotated[str, Meta(max_length=128)] = ""
    title: Line = ""
    department: Line = ""
    item_code: Short = ""
    item_name: Line = ""
    business_line: Short = ""
    act_place_division: Annotated[str, Meta(max_length=12)] = ""
    party_kind: PartyKind = ""
    party_name: Annotated[str, Meta(max_length=200)] = ""
    party_uscc: Annotated[str, Meta(max_length=18)] = ""
    party_id_no: Annotated[str, Meta(max_length=64)] = ""
    party_id_type: Literal["", "01", "02", "03", "04", "99"] = ""
    party_birth_on: date | None = None
    party_address: Line = ""
    officers: Annotated[list[Officer], Meta(max_length=50)] = []
    basis: Annotated[list[Provision], Meta(max_length=50)] = []
    documents: Annotated[list[Item], Meta(max_length=200)] = []
    media: Annotated[list[Item], Meta(max_length=200)] = []
    excluded: Annotated[list[Exclusion], Meta(max_length=20)] = []
    extensions: Annotated[list[Extension], Meta(max_length=20)] = []
    published_on: date | None = None
    closed_on: date | None = None
    review_case: Short = ""
    review_filed_on: date | None = None
    review_ended_on: date | None = None
    review_result: Literal[
        "", "upheld", "changed", "revoked", "unlawful", "void", "ordered", "rejected", "settled", "withdrawn"
    ] = ""
    lawsuit_case: Short = ""
    lawsuit_filed_on: date | None = None
    lawsuit_ended_on: date | None = None
    lawsuit_result: Literal["", "won", "lost", "dismissed", "settled", "withdrawn"] = ""
    remark: Paragraph = ""
    quality: dict[Short, Quality] = {}


class Penalty(Record, frozen=True, kw_only=True, tag="penalty"):
    """An administrative penalty (行政处罚)."""

    origin: Literal["", "inspection", "complaint", "report", "assigned", "transferred", "media", "other"] = ""
    source_record: Key | Literal[""] = ""
    procedure: Literal["", "simple", "ordinary", "fast"] = ""
    is_major: bool | None = None
    is_first_violation: bool | None = None
    is_continuing: bool | None = None
    harms_life_or_finance: bool | None = None
    illegal_facts: Paragraph = ""
    act_started_on: date | None = None
    act_ended_on: date | None = None
    discovered_on: date | None = None
    clue_received_on: date | None = None
    filed_on: date | None = None
    approved_on: date | None = None
    survey_ended_on: date | None = None
    evidence_registered_on: date | None = None
    evidence_handled_on: date | None = None
    correction_ordered_on: date | None = None
    correction_due_on: date | None = None
    correction_checked_on: date | None = None
    legal_review_on: date | None = None
    legal_review_result: Literal["", "passed", "changes", "refused"] = ""
    notice_served_on: date | None = None
    defence_due_on: date | None = None
    defence_received_on: date | None = None
    waived_defence: bool | None = None
    hearing_right_told: bool | None = None
    hearing_requested_on: date | None = None
    hearing_notice_served_on: date | None = None
    hearing_held_on: date | None = None
    discussed_on: date | None = None
    discussion_attendees: Annotated[list[Short], Meta(max_length=50)] = []
    decided_on: date | None = None
    served_on: date | None = None
    service_manner: Literal["", "direct", "left", "entrusted", "post", "announcement", "electronic"] = ""
    due_on: date | None = None
    paid_on: date | None = None
    handed_in_on: date | None = None
    urged_on: date | None = None
    court_applied_on: date | None = None
    transferred_on: date | None = None
    filed_up_on: date | None = None
    withdrawn_on: date | None = None
    close_kind: Literal["", "normal", "withdrawn", "no_penalty", "revoked", "ended"] = ""
    close_reason: Paragraph = ""
    penalty_kinds: Annotated[
        list[
            Literal[
                "warning", "criticism", "fine", "confiscation", "suspension", "revocation", "downgrade",
                "restriction", "closure", "shutdown", "practice_ban", "detention", "other",
            ]
        ],
        Meta(max_length=13),
    ] = []  # fmt: skip
    content: Paragraph = ""
    fine_fen: Fen | None = None
    proposed_fine_fen: Fen | None = None
    law_min_fen: Fen | None = None
    confiscated_fen: Fen | None = None
    illegal_gain_fen: Fen | None = None
    refunded_fen: Fen | None = None
    goods_value_fen: Fen | None = None
    surcharge_fen: Fen | None = None
    licence_ref: Line = ""
    benchmark_code: Short = ""
    tier: Literal["", "exempt", "reduced", "lighter", "ordinary", "heavier"] = ""
    tier_grounds: Annotated[list[Line], Meta(max_length=20)] = []
    remedies_stated: bool | None = None
    seal_present: bool | None = None
    collected_on_spot: bool | None = None
    payee_account: Short = ""
    receipt_no: Short = ""


class Licence(Record, frozen=True, kw_only=True, tag="licence"):
    """An administrative licence (行政许可), from the application to the delivery."""

    received_on: date | None = None
    accepted_on: date | None = None
    correction_notices: Annotated[list[date], Meta(max_length=20)] = []
    hearing_held_on: date | None = None
    interested_party_told_on: date | None = None
    extended_on: date | None = None
    decided_on: date | None = None
    delivered_on: date | None = None
    result: Literal["", "granted", "refused", "not_accepted"] = ""
    reasons: Paragraph = ""
    content: Paragraph = ""
    remedies_stated: bool | None = None
    licence_kind: Short = ""
    licence_name: Line = ""
    licence_no: Annotated[str, Meta(max_length=128)] = ""
    licence_state: Short = ""
    valid_from: date | None = None
    valid_to: date | None = None
    renewal_applied_on: date | None = None
    revoked_on: date | None = None
    promised_days: Days | None = None
    joint: bool | None = None
    fee_fen: Fen | None = None
    fee_basis: Line = ""


class Coercion(Record, frozen=True, kw_only=True, tag="coercion"):
    """A coercive measure or its execution (行政强制)."""

    measure: Literal[
        "", "seal", "seize", "freeze", "restrain", "other", "fine_surcharge", "transfer_deposit", "sell", "remove",
        "perform", "other_execution", "court",
    ] = ""  # fmt: skip
    linked_case: Key | Literal[""] = ""
    approved_on: date | None = None
    approved_by: Short = ""
    is_urgent: bool | None = None
    executed_at: datetime | None = None
    reported_at: datetime | None = None
    party_present: bool | None = None
    witness: Short = ""
    goods: Annotated[list[Item], Meta(max_length=200)] = []
    held_from: date | None = None
    held_to: date | None = None
    extended_on: date | None = None
    extended_by: Short = ""
    extension_told_on: date | None = None
    released_on: date | None = None
    disposed_on: date | None = None
    urged_on: date | None = None
    decided_on: date | None = None
    served_on: date | None = None
    court_applied_on: date | None = None
    cost_fen: Fen | None = None
    contractor: Line = ""
    agreement: Line = ""


class Inspection(Record, frozen=True, kw_only=True, tag="inspection"):
    """An inspection of an enterprise or a place (行政检查); the party is what was inspected."""

    inspection_kind: Literal["", "daily", "special", "single", "random", "joint"] = ""
    plan_no: Short = ""
    approved_on: date | None = None
    notice_served_on: date | None = None
    done_on: date | None = None
    method: Literal["", "on_site", "off_site"] = ""
    record_signed: bool | None = None
    result: Literal["", "passed", "failed"] = ""
    result_text: Paragraph = ""
    problems_found: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    follow_up: Literal["", "none", "correct", "case", "transfer"] = ""
    linked_case: Key | Literal[""] = ""
    fee_fen: Fen | None = None
    risk_grade: Short = ""
    yearly_cap: Annotated[int, Meta(ge=0, le=366)] | None = None


class Collection(Record, frozen=True, kw_only=True, tag="collection"):
    """A levy (行政征收)."""

    decided_on: date | None = None
    served_on: date | None = None
    due_on: date | None = None
    paid_on: date | None = None
    urged_on: date | None = None
    levied_fen: Fen | None = None
    collected_fen: Fen | None = None
    payee_account: Short = ""
    receipt_no: Short = ""
    content: Paragraph = ""


class Requisition(Record, frozen=True, kw_only=True, tag="requisition"):
    """Property taken for use in the public interest, against compensation (行政征用)."""

    decided_on: date | None = None
    served_on: date | None = None
    returned_on: date | None = None
    paid_on: date | None = None
    compensated_fen: Fen | None = None
    content: Paragraph = ""


class OtherAct(Record, frozen=True, kw_only=True, tag="other_act"):
    """An act of another kind: adjudication, confirmation, reward, payment (裁决、确认、奖励、给付)."""

    act_kind: Literal["adjudication", "confirmation", "reward", "payment", "other"] = "other"
    received_on: date | None = None
    accepted_on: date | None = None
    decided_on: date | None = None
    served_on: date | None = None
    content: Paragraph = ""


AnyRecord = Penalty | Licence | Coercion | Inspection | Collection | Requisition | OtherAct
KINDS: Final[dict[str, type[Record]]] = {
    "penalty": Penalty,
    "licence": Licence,
    "coercion": Coercion,
    "inspection": Inspection,
    "collection": Collection,
    "requisition": Requisition,
    "other_act": OtherAct,
}
