"""The models of one record once more, in plain Python: what the law asks of it, told independently of the SQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from kernel.clock import local_date
from kernel.workdays import OutsideCalendar, WorkCalendar, add_years


class Seen:
    """One record on one day, with the words that the models use. What is not known is None and proves nothing."""

    def __init__(self, values: dict[str, Any], days: WorkCalendar, today: date) -> None:
        self.values, self.days, self.today = values, days, today

    def __getattr__(self, name: str) -> Any:
        default: Any = "" if name in TEXTS else [] if name in LISTS else 0 if name in NUMBERS else None
        return self.values.get(name, default)

    def mark(self, field: str) -> str:
        return str(self.values.get("quality", {}).get(field, ""))

    def said(self, field: str) -> Any:
        return self.values.get("detail", {}).get(field)

    def wd(self, a: date | None, b: date | None) -> int | None:
        try:
            return None if a is None or b is None else self.days.workdays_between(a, b)
        except OutsideCalendar:
            return None

    def rolled(self, a: date | None, n: int) -> date | None:
        try:
            return None if a is None else self.days.next_workday_on_or_after(a + timedelta(days=n))
        except OutsideCalendar:
            return None

    @property
    def in_full(self) -> bool:
        return {"penalty": self.filed_on, "licence": self.accepted_on}.get(self.kind, True) is not None

    def absent(self, field: str) -> bool:
        if self.values.get(field) is not None:
            return False
        return self.in_full if not self.mark(field) else self.mark(field) in ("none", "not_stated")

    def denied(self, field: str) -> bool:
        return self.mark(field) in ("none", "not_stated")

    @property
    def few(self) -> bool:
        return self.officers_count == 1 or (self.officers_count == 0 and self.denied("officers"))

    @property
    def executed(self) -> date | None:
        return local_date(self.executed_at) if isinstance(self.executed_at, datetime) else self.held_from

    def most(self, *amounts: int | None) -> int:
        return max((a for a in amounts if a is not None), default=-1)

    def limit(self, citizen: int, organisation: int) -> int:
        return citizen if self.party_kind == "citizen" else organisation


TEXTS = {"procedure", "close_kind", "business_line", "party_kind", "legal_review_result", "service_manner", "measure",
         "result", "follow_up", "inspection_kind", "doc_no"}  # fmt: skip
LISTS = {"penalty_kinds", "officer_certs"}
REMOTE = ("边远", "水上", "交通不便", "难以执行", "当事人提出")
NUMBERS = {"excluded_days", "extended_days", "officers_count"}


def over(value: Any, limit: Any) -> bool:
    """Known, and above a known limit."""
    return value is not None and limit is not None and value > limit


def last(r: Seen, *names: str) -> Any:
    return next((getattr(r, name) for name in names if getattr(r, name) is not None), None)


def shown_late(r: Seen, start: date | None, field: str, limit: int) -> bool:
    """A step later than so many working days, or not there by today."""
    done = getattr(r, field)
    return over(r.wd(start, done), limit) or (r.absent(field) and over(r.wd(start, r.today), limit))


def major(r: Seen, kinds: set[str]) -> bool:
    big = r.most(r.fine_fen, r.confiscated_fen) >= r.limit(1_000_000, 10_000_000)
    return big or bool(kinds & set(r.penalty_kinds))


def p06(r: Seen) -> Any:
    untold = r.hearing_right_told is False or (r.hearing_right_told is None and r.denied("hearing_right_told"))
    limit = r.limit(1_000_000, 10_000_000) if r.business_line == "market_regulation" else r.limit(500_000, 5_000_000)
    fine = r.proposed_fine_fen if r.proposed_fine_fen is not None else r.fine_fen
    grave = {"downgrade", "revocation", "suspension", "closure", "shutdown", "practice_ban", "restriction"} & set(
        r.penalty_kinds
    )
    return r.procedure != "simple" and r.decided_on and untold and (r.most(fine, r.confiscated_fen) >= limit or grave)


def p10(r: Seen) -> bool:
    if r.decided_on is None or r.procedure == "simple" or r.is_major is False:
        return False
    if not (r.is_major or major(r, {"suspension", "revocation", "closure", "shutdown"})):
        return False
    return r.absent("legal_review_on") or over(r.legal_review_on, r.decided_on) or r.legal_review_result == "refused"


def p24(r: Seen) -> bool:
    if r.act_ended_on is None or r.fine_fen is None or r.said("is_continuing") is True:
        return False
    return over(r.discovered_on, add_years(r.act_ended_on, 5 if r.said("harms_life_or_finance") is True else 2))


def p27(r: Seen) -> bool:
    if r.procedure != "simple" or r.business_line in ("public_security", "transport"):
        return False
    return over(r.fine_fen, r.limit(20_000, 300_000)) or not set(r.penalty_kinds) <= {"warning", "fine"}


def p31(r: Seen) -> bool:
    return (
        over(r.clue_received_on, r.filed_on)
        or over(r.filed_on, last(r, "survey_ended_on", "legal_review_on", "decided_on"))
        or over(r.survey_ended_on, last(r, "legal_review_on", "decided_on"))
        or over(r.legal_review_on, r.decided_on)
        or over(r.decided_on, last(r, "served_on", "closed_on"))
        or over(r.served_on, r.closed_on)
        or over(r.notice_served_on, r.decided_on)
    )


def p36(r: Seen) -> bool:
    start = last(r, "due_on", "served_on")
    busy = r.court_applied_on or r.said("lawsuit_case") or r.said("review_case")
    return r.absent("closed_on") and start is not None and (r.today - start).days > 180 and not busy


def m06(r: Seen) -> bool:
    if not r.surcharge_fen:
        return False
    late = None if r.paid_on is None or r.due_on is None else (r.paid_on - r.due_on).days
    daily = late is not None and late >= 0 and r.fine_fen is not None and r.surcharge_fen * 100 > r.fine_fen * 3 * late
    return over(r.surcharge_fen, r.fine_fen) or daily


def m07(r: Seen) -> bool:
    busy = r.urged_on or r.court_applied_on or r.closed_on or r.said("lawsuit_case")
    overdue = r.due_on is not None and (r.today - r.due_on).days > 30
    return bool(r.fine_fen) and r.absent("paid_on") and overdue and not busy


def c04(r: Seen) -> bool:
    if r.measure not in ("seal", "seize") or r.said("party_present") is False:
        return False
    unnumbered = not r.doc_no and (not r.mark("doc_no") or r.denied("doc_no"))
    unlisted = not r.said("goods") and r.denied("goods")
    elsewhen = r.served_on is not None and r.executed is not None and r.served_on != r.executed
    return unnumbered or unlisted or elsewhen or r.absent("served_on")


def c05(r: Seen) -> bool:
    if r.measure not in ("seal", "seize") or r.held_from is None:
        return False
    disposed = date.fromisoformat(r.said("disposed_on")) if r.said("disposed_on") else None
    end = r.released_on or disposed
    if end is None and not r.absent("released_on"):
        return False
    return over(end or r.today, r.rolled(r.held_from, r.excluded_days + (30 if r.extended_on is None else 60)))


def l01(r: Seen) -> bool:
    if r.result == "not_accepted" or (r.decided_on is None and not r.absent("decided_on")):
        return False
    spent = r.wd(r.accepted_on, r.decided_on or r.today)
    limits = (45, 60) if r.said("joint") is True else (20, 30)
    return spent is not None and spent - r.excluded_days > limits[r.extended_on is not None]


def d01(r: Seen) -> bool:
    minor = r.party_age is not None and r.party_age < 18
    if r.decided_on is None or minor or r.result in ("refused", "not_accepted") or r.close_kind == "no_penalty":
        return False
    return shown_late(r, r.decided_on, "published_on", 20 if r.business_line == "market_regulation" else 7)


def d03(r: Seen) -> bool:
    public = r.published_on is not None and r.closed_on is not None and r.published_on <= r.closed_on
    return r.close_kind == "revoked" and public and shown_late(r, r.closed_on, "withdrawn_on", 3)


ORACLE: dict[str, dict[str, Callable[[Seen], Any]]] = {
    "penalty": {
        "P01": lambda r: over(r.decided_on, r.rolled(r.filed_on, 90 + r.excluded_days + r.extended_days)),
        "P02": lambda r: r.absent("decided_on") and r.closed_on is None and r.filed_on is not None
        and (r.today - r.filed_on).days - r.excluded_days - r.extended_days >= 60,
        "P03": lambda r: over(r.wd(r.clue_received_on, r.filed_on), 15),
        "P04": lambda r: r.procedure == "ordinary" and r.decided_on and not r.waived_defence
        and r.close_kind != "no_penalty"
        and (r.absent("notice_served_on") or (r.notice_served_on is not None and r.notice_served_on >= r.decided_on)),
        "P05": lambda r: over(r.defence_due_on, r.decided_on) and not r.defence_received_on and not r.waived_defence,
        "P06": p06,
        "P07": lambda r: (spent := r.wd(r.notice_served_on, r.hearing_requested_on)) is not None and spent <= 5
        and r.absent("hearing_held_on") and r.decided_on and not r.waived_defence,
        "P08": lambda r: (ahead := r.wd(r.hearing_notice_served_on, r.hearing_held_on)) is not None and ahead < 7,
        "P10": p10,
        "P13": lambda r: r.is_major and r.decided_on and r.procedure != "simple"
        and (r.absent("discussed_on") or over(r.discussed_on, r.decided_on)),
        "P14": lambda r: r.few
        and not (r.procedure == "simple" and r.business_line in ("public_security", "transport")),
        "P18": lambda r: r.service_manner != "announcement" and (
            over(r.wd(r.decided_on, r.served_on), 7)
            or (r.absent("served_on") and r.closed_on is None and over(r.wd(r.decided_on, r.today), 7))),
        "P24": p24,
        "P27": p27,
        "P29": lambda r: shown_late(r, r.evidence_registered_on, "evidence_handled_on", 7),
        "P31": p31,
        "P33": lambda r: over(r.fine_fen, r.proposed_fine_fen) and r.notice_served_on is not None
        and (said := last(r, "defence_received_on", "hearing_held_on")) is not None and r.notice_served_on <= said,
        "P36": p36,
        "P39": lambda r: major(r, {"suspension", "revocation"}) and r.decided_on
        and (over(r.filed_up_on, r.rolled(r.decided_on, 15))
             or (r.absent("filed_up_on") and over(r.today, r.rolled(r.decided_on, 15)))),
        "M01": lambda r: r.collected_on_spot and over(r.fine_fen, 10_000)
        and not any(word in (r.said("remark") or "") for word in REMOTE),
        "M06": m06,
        "M07": m07,
        "D01": d01,
        "D03": d03,
    },
    "licence": {
        "L01": l01,
        "L05": lambda r: r.result == "granted" and shown_late(r, r.decided_on, "delivered_on", 10),
        "L09": lambda r: bool(r.fee_fen) and not r.said("fee_basis") and r.mark("fee_basis") != "to_check",
        "D01": d01,
    },
    "coercion": {
        "C01": lambda r: r.measure in ("seal", "seize", "freeze", "restrain", "other") and not r.is_urgent
        and r.absent("approved_on"),
        "C02": lambda r: r.is_urgent and r.reported_at is not None and r.executed_at is not None
        and r.reported_at - r.executed_at > timedelta(hours=24),
        "C03": lambda r: r.few,
        "C04": c04,
        "C05": c05,
        "C07": lambda r: r.measure in ("seal", "seize", "freeze") and r.absent("released_on")
        and not r.said("disposed_on") and r.closed_on is None and over(r.today, r.held_to),
        "C08": lambda r: r.measure == "freeze" and over(r.wd(r.executed, r.served_on), 3),
    },
    "inspection": {
        "I02": lambda r: r.inspection_kind in ("daily", "special", "random", "joint") and not r.is_urgent
        and (r.absent("approved_on") or over(r.approved_on, r.done_on)),
        "I03": lambda r: r.said("method") != "off_site" and r.few,
        "I07": lambda r: shown_late(r, r.done_on, "published_on", 20),
        "I08": lambda r: r.result == "failed"
        and (r.follow_up == "none" or (r.follow_up == "" and r.denied("follow_up"))),
    },
}  # fmt: skip
"""Kind → model → whether it finds something."""


def found(values: dict[str, Any], days: WorkCalendar, today: date) -> set[str]:
    """The models of one record that find something in it."""
    seen = Seen(values, days, today)
    return {rule for rule, holds in ORACLE[values["kind"]].items() if holds(seen)}
