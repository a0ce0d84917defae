"""Instruments (Arts. 19, 20): the only door. Each stage of their life has a module of its own."""

from __future__ import annotations

from supervision.instruments import events, provider
from supervision.instruments.answering import (
    add_reply_file,
    approve_reply,
    draft_reply,
    remove_reply_file,
    report_pdf,
    return_reply,
    submit_reply,
    update_reply,
)
from supervision.instruments.case import Case
from supervision.instruments.case import load as load_case
from supervision.instruments.commands import (
    DraftInstrument,
    ExtensionInput,
    ReplyInput,
    ReplyItem,
    RequirementInput,
    Verification,
)
from supervision.instruments.companions import prove_service
from supervision.instruments.deciding import DecisionPaper, issue_decision, restore_after_decision, settle_by_decision
from supervision.instruments.deliveries import (
    InboxFilter,
    delivery_pdf,
    delivery_row,
    delivery_view,
    inbox,
    inbox_counts,
)
from supervision.instruments.drafting import (
    approve,
    checks,
    draft,
    preview_pages,
    preview_png,
    return_draft,
    submit,
    update_draft,
)
from supervision.instruments.events import register_claims, register_protected_names, subscribe
from supervision.instruments.inspection import KindOption, kind_options, superior_of
from supervision.instruments.issuing import PaperOrder, copy_of, issue_paper, require_unnamed
from supervision.instruments.models import Paper
from supervision.instruments.paper_reading import (
    copy_pdf,
    copy_view,
    open_paper,
    paper_file,
    paper_pdf,
    received_papers,
)
from supervision.instruments.reading import InstrumentFilter, instrument_view, list_instruments, pdf
from supervision.instruments.reviewing import accept_reply, close_decision, failed, lapse, send_back_reply
from supervision.instruments.rights import (
    decide_extension,
    decide_objection,
    raise_objection,
    request_extension,
)
from supervision.instruments.serving import (
    deem_served,
    issue_and_serve,
    new_code,
    open_delivery,
    serve_on_paper,
)
from supervision.instruments.standing import deadline_view, keep_matter, recount
from supervision.instruments.withdrawing import withdraw

__all__ = [
    "Case",
    "DecisionPaper",
    "DraftInstrument",
    "ExtensionInput",
    "InboxFilter",
    "InstrumentFilter",
    "KindOption",
    "Paper",
    "PaperOrder",
    "ReplyInput",
    "ReplyItem",
    "RequirementInput",
    "Verification",
    "accept_reply",
    "add_reply_file",
    "approve",
    "approve_reply",
    "checks",
    "close_decision",
    "copy_of",
    "copy_pdf",
    "copy_view",
    "deadline_view",
    "decide_extension",
    "decide_objection",
    "deem_served",
    "delivery_pdf",
    "delivery_row",
    "delivery_view",
    "draft",
    "draft_reply",
    "events",
    "failed",
    "inbox",
    "inbox_counts",
    "instrument_view",
    "issue_and_serve",
    "issue_decision",
    "issue_paper",
    "keep_matter",
    "kind_options",
    "lapse",
    "list_instruments",
    "load_case",
    "new_code",
    "open_delivery",
    "open_paper",
    "paper_file",
    "paper_pdf",
    "pdf",
    "preview_pages",
    "preview_png",
    "prove_service",
    "raise_objection",
    "received_papers",
    "recount",
    "register_claims",
    "register_protected_names",
    "remove_reply_file",
    "report_pdf",
    "request_extension",
    "require_unnamed",
    "restore_after_decision",
    "return_draft",
    "return_reply",
    "send_back_reply",
    "serve_on_paper",
    "settle_by_decision",
    "submit",
    "submit_reply",
    "subscribe",
    "superior_of",
    "update_draft",
    "update_reply",
    "withdraw",
]

provider.connect()
