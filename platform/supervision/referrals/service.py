"""Referrals (Arts. 18, 21): the only door.

A referral belongs to the organ that refers; no other organ learns that there is one, and inside the organ only the
posts that are named on it. `receive_receipt` and `receive_result` are the doors for a connected system of the receiver.
"""

from __future__ import annotations

from supervision.referrals.commands import Contents, DraftReferral, Incoming, OpenReferral
from supervision.referrals.deciding import decline, seal, transfer
from supervision.referrals.drafting import add_files, draft, leaders, name_reader, open_draft, update
from supervision.referrals.reading import download, head, listed, view
from supervision.referrals.receiving import receive_receipt, receive_result, reopen
from supervision.referrals.sending import send
from supervision.referrals.views import ReferralHead, ReferralRow, ReferralView
from supervision.referrals.watching import sweep

__all__ = [
    "Contents",
    "DraftReferral",
    "Incoming",
    "OpenReferral",
    "ReferralHead",
    "ReferralRow",
    "ReferralView",
    "add_files",
    "decline",
    "download",
    "draft",
    "head",
    "leaders",
    "listed",
    "name_reader",
    "open_draft",
    "receive_receipt",
    "receive_result",
    "reopen",
    "seal",
    "send",
    "sweep",
    "transfer",
    "update",
    "view",
]
