"""Channels of clues (Arts. 15, 17): the only door.

The open page → complaints.py and proof.py, media and social supervisors → reports.py, the hotline → orders.py and
telling.py, likely duplicates → pairs.py, the pooled view → overview.py, lists and one clue's channel → reading.py.
"""

from __future__ import annotations

from supervision.channels.commands import Appoint, Complain, MediaClue, ReceiveOrder, SocialClue
from supervision.channels.complaints import (
    ASKING,
    HANDING_IN,
    areas,
    ask,
    complain,
    forgive,
    in_words_of_the_form,
    refusal,
)
from supervision.channels.orders import Received, propose_return, receive, withdraw
from supervision.channels.overview import pooled, readable
from supervision.channels.pairs import accept as accept_pair
from supervision.channels.pairs import find as find_duplicates
from supervision.channels.pairs import listed as proposals
from supervision.channels.pairs import reject as reject_pair
from supervision.channels.proof import code_of, new_token
from supervision.channels.reading import accounts, of_clue, order_row, orders, supervisor_row, supervisors
from supervision.channels.reports import appoint, end_appointment, report_media, report_social
from supervision.channels.repository import clue, message, order, supervisor
from supervision.channels.telling import is_final

__all__ = [
    "ASKING",
    "HANDING_IN",
    "Appoint",
    "Complain",
    "MediaClue",
    "ReceiveOrder",
    "Received",
    "SocialClue",
    "accept_pair",
    "accounts",
    "appoint",
    "areas",
    "ask",
    "clue",
    "code_of",
    "complain",
    "end_appointment",
    "find_duplicates",
    "forgive",
    "in_words_of_the_form",
    "is_final",
    "message",
    "new_token",
    "of_clue",
    "order",
    "order_row",
    "orders",
    "pooled",
    "proposals",
    "propose_return",
    "readable",
    "receive",
    "refusal",
    "reject_pair",
    "report_media",
    "report_social",
    "supervisor",
    "supervisor_row",
    "supervisors",
    "withdraw",
]
