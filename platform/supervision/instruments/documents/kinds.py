"""Every document there is: those that are a sheet of text, and the proof of service."""

from __future__ import annotations

from supervision.instruments.documents.models import (
    CircularDocument,
    ClueReferralDocument,
    DecisionDocument,
    ExtensionReplyDocument,
    InternalNoticeDocument,
    LetterDocument,
    OpinionDocument,
    ReceiptDocument,
    RectificationDocument,
    RecusalDocument,
    ReferralDocument,
    ReportDocument,
    ReturnsCircularDocument,
    WithdrawalDocument,
)
from supervision.instruments.documents.sanctions import (
    AccountabilityNoticeDocument,
    AccountabilityProposalDocument,
    AccountabilityReviewDocument,
    CancellationDocument,
    UnitSanctionDocument,
)
from supervision.instruments.documents.statements import StatementDocument

SheetDocument = (
    LetterDocument
    | OpinionDocument
    | DecisionDocument
    | ReportDocument
    | InternalNoticeDocument
    | RectificationDocument
    | ExtensionReplyDocument
    | WithdrawalDocument
    | CircularDocument
    | RecusalDocument
    | ReturnsCircularDocument
    | StatementDocument
    | ClueReferralDocument
    | ReferralDocument
    | AccountabilityNoticeDocument
    | AccountabilityProposalDocument
    | CancellationDocument
    | UnitSanctionDocument
    | AccountabilityReviewDocument
)
Document = SheetDocument | ReceiptDocument
