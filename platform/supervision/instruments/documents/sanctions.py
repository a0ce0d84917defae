"""The documents of accountability (Art. 21) as input models: notice, proposal, cancellation, sanction, review.

They name the person held responsible, because they are about him; identity numbers come masked, as everywhere.
"""

from __future__ import annotations

import msgspec

from supervision.instruments.documents.models import Frame, Regulation


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What is held against the respondent: facts, evidence, grounds, and what was weighed (Art. 21)."""

    facts: str
    evidence: tuple[str, ...]
    grounds: tuple[str, ...]
    """第二十一条（十一）不执行监督决定书, one for each ground."""
    gravity: str
    fault: str
    nature: str = ""
    harm: str = ""
    mitigating: str = ""
    aggravating: str = ""


class AccountabilityNoticeDocument(msgspec.Struct, frozen=True, kw_only=True):
    """责任追究告知书: what is intended, and the right to state and defend before it is decided."""

    frame: Frame
    addressee: str
    respondent: str
    """你单位, or 你单位彭程（执法人员，直接责任人员）."""
    of_person: bool
    fault: Fault
    measure: str
    imposer: str
    statement_term: str
    regulation: Regulation = Regulation()
    name: str = "责任追究告知书"
    matter: str = ""


class AccountabilityProposalDocument(msgspec.Struct, frozen=True, kw_only=True):
    """责任追究建议书 to the person's own enforcement organ, which decides and answers."""

    frame: Frame
    addressee: str
    respondent: str
    fault: Fault
    defence: str
    """What the person said and what is answered to it."""
    measure: str
    reason: str
    answer_term: str
    regulation: Regulation = Regulation()
    name: str = "责任追究建议书"
    matter: str = ""


class CancellationDocument(msgspec.Struct, frozen=True, kw_only=True):
    """取消行政执法资格决定书 to the officer, issued by the justice department alone; his organ is served as well."""

    frame: Frame
    addressee: str
    """The officer."""
    organ: str
    respondent: str
    """你（许昌市建安区城市管理局执法人员，其他直接责任人员）."""
    identity: str
    """证件号码4110************18，行政执法证编号豫K0001."""
    fault: Fault
    defence: str
    reason: str
    bar: str
    """2年."""
    review_term: str
    appeal_term: str
    regulation: Regulation = Regulation()
    name: str = "取消行政执法资格决定书"
    matter: str = ""


class UnitSanctionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """通报、批评、取消评优评先资格 decided against an organ by the supervising side."""

    frame: Frame
    name: str
    addressee: str
    fault: Fault
    defence: str
    measure: str
    reason: str
    period: str
    """自2026年11月23日起至2027年11月22日; empty for a measure without a period."""
    review_term: str
    appeal_term: str
    regulation: Regulation = Regulation()
    matter: str = ""


class AccountabilityReviewDocument(msgspec.Struct, frozen=True, kw_only=True):
    """复核决定书, or the decision on an appeal: upheld, changed to a lighter measure, or set aside."""

    frame: Frame
    name: str
    addressee: str
    respondent: str
    original: str
    """《取消行政执法资格决定书》（建司执监资〔2026〕1号）."""
    request: str
    reason: str
    result: str
    effect: str
    further: str
    """What can still be done about it."""
    regulation: Regulation = Regulation()
