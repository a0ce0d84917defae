"""What a document needs, ready to print: names, sentences and dates as readers see them.

Nothing here decides anything: the rules of the parts have decided, the services hand over the words. The
models hold no complainant, no source of a clue and no personal number, because an official document that is
served carries none of them (documents of the catalogue, hard check 8).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

import msgspec


class Seal(StrEnum):
    """What stands over signature and date."""

    NONE = "none"  # a seal service or a hand puts the seal on
    PLACE = "place"  # preview: a dashed circle, 用印位置
    TEST = "test"  # demo mode only: a red circle that says 演示章


class Regulation(msgspec.Struct, frozen=True, kw_only=True):
    """The regulation that a document cites: its name from the rule book, and its articles in display form."""

    name: str = "《许昌市行政执法监督办法》"
    status: str = "（征求意见稿）"  # empty once in force
    scope_line: str = "第二条（二）"
    scope_vertical: str = "第二条（三）"
    body: str = "第五条"
    circular: str = "第十一条（八）"
    internal: str = "第十二条"
    cooperation: str = "第十四条"
    recusals: str = "第十六条"
    clues: str = "第十七条"
    instruments: str = "第十九条"
    decisions: str = "第二十条"
    accountability: str = "第二十一条"
    ignored_instrument: str = "第二十一条（十）"
    referrals: str = "第十八条"
    criminal: str = "第二十一条"
    criminal_link: str = "第八条（五）"
    ignored_decision: str = "第二十一条（十一）"

    def cite(self, *articles: str) -> str:
        """《许昌市行政执法监督办法》（征求意见稿）第十九条、第二十条"""
        return f"{self.name}{self.status}{'、'.join(dict.fromkeys(articles))}"


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What is common to every document: who issues it, under which number, on which day, how it is checked.

    `number` and `dated` are None until issue; the preview marks their places yellow and shows `number_stem`
    (``建司执监〔2026〕``) before the gap. `created` is the date inside the file: with it the same document
    always has the same bytes.
    """

    issuer: str
    created: date
    number_stem: str = ""
    number: str | None = None
    dated: date | None = None
    seal: Seal = Seal.NONE
    contact: str = ""
    phone: str = ""
    copies: tuple[str, ...] = ()
    printer: str = ""
    code: str = ""
    code_hint: str = "可在公开核验页输入核验码，查验本文书真伪。"
    demo: bool = False


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A problem established (Art. 19): facts, evidence, the provision broken, the content items it falls under."""

    heading: str
    facts: str
    evidence: tuple[str, ...] = ()
    provision: str = ""
    articles: tuple[str, ...] = ()
    appraisal: str = ""  # 违法, 不当, 不履行职责 …
    opinion: str = ""  # how it should be put right, in an opinion


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A time limit: the last day, how it was counted, and whether issue or service may still move it."""

    day: str
    counted: str = ""
    pending: bool = False


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One act or omission and what is decided, or proposed, about it (Art. 20)."""

    act: str
    kind: str
    ground: str
    result: str
    due: str = ""
    effect: str = ""


class Preceding(msgspec.Struct, frozen=True, kw_only=True):
    """An instrument that went before: what it was, when it was served, and what became of it."""

    name: str
    number: str
    served: str
    due: str
    outcome: str


class RemedySearch(msgspec.Struct, frozen=True, kw_only=True):
    """The search for reconsideration and litigation about the acts: on which day, in which sources (Art. 20)."""

    day: str
    sources: tuple[str, ...]


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement and what the supervised organ did about it."""

    requirement: str
    state: str  # 已完成, 部分完成, 未完成
    measures: str
    proof: tuple[str, ...] = ()
    remaining: str = ""


class LetterDocument(msgspec.Struct, frozen=True, kw_only=True):
    """行政执法监督督办函, letter form (Art. 19)."""

    frame: Frame
    addressee: str
    findings: tuple[Finding, ...]
    requirements: tuple[str, ...]
    due: Due
    government: str
    regulation: Regulation = Regulation()
    name: str = "行政执法监督督办函"
    matter: str = ""
    opening: str = ""  # the drafter's own introduction; empty: the usual sentence
    origin: str = "在行政执法监督中"
    act: str = ""
    objection_term: str = "10个工作日"
    extension_term: str = "3个工作日"
    attachments: tuple[str, ...] = ()


class OpinionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """行政执法监督意见书, standard form with red header (Art. 19).

    `vertical` limits the subject to observing and executing laws and policy documents (Art. 2(3)).
    """

    frame: Frame
    addressee: str
    findings: tuple[Finding, ...]
    requirements: tuple[str, ...]
    due: Due
    government: str
    regulation: Regulation = Regulation()
    name: str = "行政执法监督意见书"
    matter: str = ""
    opening: str = ""  # the drafter's own introduction; empty: the usual sentence
    origin: str = "在行政执法监督中"
    preceding: tuple[Preceding, ...] = ()
    vertical: bool = False
    objection_term: str = "10个工作日"
    extension_term: str = "3个工作日"
    attachments: tuple[str, ...] = ()


class DecisionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """行政执法监督决定书, standard form, issued by the government only (Art. 20)."""

    frame: Frame
    addressee: str
    supervision_body: str
    findings: tuple[Finding, ...]
    preceding: tuple[Preceding, ...]
    search: RemedySearch
    outcomes: tuple[Outcome, ...]
    execution_due: Due
    regulation: Regulation = Regulation()
    name: str = "行政执法监督决定书"
    considered: str = ""  # nature, circumstances, degree of fault
    set_apart: tuple[str, ...] = ()  # acts under reconsideration or litigation, not decided here
    party_notice: str = ""
    objection_term: str = "10个工作日"
    attachments: tuple[str, ...] = ()


class ReportDocument(msgspec.Struct, frozen=True, kw_only=True):
    """请示 to the own government, upward form with the signer: the report that Art. 20 demands."""

    frame: Frame
    government: str
    supervised: str
    signer: str | None
    findings: tuple[Finding, ...]
    preceding: tuple[Preceding, ...]
    answer: str
    search: RemedySearch
    proposals: tuple[Outcome, ...]
    regulation: Regulation = Regulation()
    considered: str = ""
    set_apart: tuple[str, ...] = ()  # acts under reconsideration or litigation, not proposed here
    legal_review: str = ""
    attachments: tuple[str, ...] = ()


class InternalNoticeDocument(msgspec.Struct, frozen=True, kw_only=True):
    """督促通知 of a department to its own body or its line counterpart, letter form (Arts. 2(2), 12)."""

    frame: Frame
    addressee: str
    findings: tuple[Finding, ...]
    requirements: tuple[str, ...]
    due: Due
    justice_department: str
    regulation: Regulation = Regulation()
    name: str = "行政执法督促通知"
    opening: str = ""
    own_body: bool = True  # False: a counterpart of the lower government in the same line
    attachments: tuple[str, ...] = ()


class RectificationDocument(msgspec.Struct, frozen=True, kw_only=True):
    """整改报告 of the supervised organ, one part for each requirement, signed by its head (Art. 19)."""

    frame: Frame
    addressee: str
    instrument: str
    results: tuple[Done, ...]
    signer: str | None
    regulation: Regulation = Regulation()
    causes: str = ""
    systemic: str = ""
    attachments: tuple[str, ...] = ()


class ExtensionReplyDocument(msgspec.Struct, frozen=True, kw_only=True):
    """延期批复: the one extension asked for, granted to a day or refused with reasons."""

    frame: Frame
    addressee: str
    instrument: str
    requested: str
    granted: bool
    reasons: str
    due: Due
    basis: str = "第十九条"  # the article on which the instrument rests
    regulation: Regulation = Regulation()
    interim: str = ""


class WithdrawalDocument(msgspec.Struct, frozen=True, kw_only=True):
    """撤回通知: the second document that withdraws an issued one; the number of the first stays with it (Art. 19).

    A government revokes its decision (Art. 20): `verb` says 撤销 then.
    """

    frame: Frame
    addressee: str
    instrument: str
    reasons: str
    sent: str = ""
    verb: Literal["撤回", "撤销"] = "撤回"
    basis: str = "第十九条"  # the article on which the withdrawn one rests
    regulation: Regulation = Regulation()


class Overdue(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a circular: an organ and the document that it did not answer."""

    organ: str
    document: str
    due: str
    overdue_workdays: int


class CircularDocument(msgspec.Struct, frozen=True, kw_only=True):
    """通报 of organs with overdue documents, standard form (Art. 11(8)). It names organs, never persons."""

    frame: Frame
    name: str
    addressee: str
    items: tuple[Overdue, ...]
    as_of: str
    requirement: str
    government: str
    regulation: Regulation = Regulation()


class RecusalDocument(msgspec.Struct, frozen=True, kw_only=True):
    """回避决定书: whether a supervisor steps back from a matter, with reasons, or may take part again (Art. 16)."""

    frame: Frame
    addressee: str
    matter: str
    officer: str
    organ: str
    began: str  # 申报回避, 申请其回避; empty: ordered, nobody asked
    asked: str  # on which day
    ground: str
    outcome: str  # granted, refused, lifted
    reasons: str
    applicant: str = ""
    replacement: str = ""
    regulation: Regulation = Regulation()


class OverdueReturn(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a circular on returns: an organ that has not handed in."""

    organ: str
    due: str
    overdue_workdays: int


class ReturnsCircularDocument(msgspec.Struct, frozen=True, kw_only=True):
    """通报 of organs that owe a statistical return, standard form (Art. 11(8))."""

    frame: Frame
    name: str
    addressee: str
    table: str
    items: tuple[OverdueReturn, ...]
    as_of: str
    requirement: str
    government: str
    regulation: Regulation = Regulation()


class ClueReferralDocument(msgspec.Struct, frozen=True, kw_only=True):
    """线索转办函: a clue to the competent organ, without the identity of who gave it (Art. 17)."""

    frame: Frame
    addressee: str
    clue_number: str
    summary: str
    competence: str
    due: Due
    regulation: Regulation = Regulation()
    attachments: tuple[str, ...] = ()


class ReceiptDocument(msgspec.Struct, frozen=True, kw_only=True):
    """送达回证: one sheet, filled in by the system for electronic service, by hand for paper."""

    frame: Frame
    document: str
    document_number: str
    pages: str
    receiver: str
    address: str = ""
    manner: str = ""
    received_at: str = ""
    received_by: str = ""
    relation: str = ""
    servers: tuple[str, ...] = ()
    refusal: str = ""
    receipt_id: str = ""
    remarks: str = ""


class DossierSeal(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter says of the sealed dossier that goes with it: how many files, and the values of its manifest."""

    files: int
    sha256: str
    sm3: str
    names: tuple[str, ...] = ()


class ReferralDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A letter of referral: 线索移送函 (Art. 18), 案件移送书 (Art. 21) or 督促移送函 (Art. 8(5)).

    It names the persons concerned and goes to the receiver alone; `spread` says who may know of it.
    """

    frame: Frame
    kind: Literal["discipline", "criminal", "urge_transfer"]
    name: str
    addressee: str
    subject: str
    conduct: str
    discovered: str
    dossier: DossierSeal
    spread: str
    handled: str = ""
    due: Due | None = None
    regulation: Regulation = Regulation()
