"""Connected systems (Arts. 16, 17, 18): the only door.

Out: `post` in the transaction of a deed, or `events_after` the organ's audit trail; `push` hands over. In: `accept` a
signed message once, `take_in` each record once by id and version. docs/links.md describes the whole.
"""

from __future__ import annotations

from integrations.links.errors import Unreachable, Untrusted
from integrations.links.feed import Cursor, Event, events_after, now_cursor
from integrations.links.keeping import (
    STARTED,
    LinkChange,
    LinkInput,
    NewLink,
    change,
    create,
    enter,
    rotate,
    set_state,
    start,
)
from integrations.links.keeping import replay as replay_parcel
from integrations.links.keeping import settle as settle_difference
from integrations.links.posting import Carrier, Outcome, Outgoing, post, post_to, push, replay
from integrations.links.reading import arrivals, differences, listed, parcels, view
from integrations.links.retrying import retry, waiting
from integrations.links.rules import content_hash
from integrations.links.signing import Keys, Request, sign_response
from integrations.links.state import Connected, connected, failed, succeeded
from integrations.links.taking import (
    Incoming,
    accept,
    forget_nonces,
    organ_of,
    payload_of,
    settle,
    settle_many,
    take_in,
    take_in_many,
)

__all__ = [
    "STARTED",
    "Carrier",
    "Connected",
    "Cursor",
    "Event",
    "Incoming",
    "Keys",
    "LinkChange",
    "LinkInput",
    "NewLink",
    "Outcome",
    "Outgoing",
    "Request",
    "Unreachable",
    "Untrusted",
    "accept",
    "arrivals",
    "change",
    "connected",
    "content_hash",
    "create",
    "differences",
    "enter",
    "events_after",
    "failed",
    "forget_nonces",
    "listed",
    "now_cursor",
    "organ_of",
    "parcels",
    "payload_of",
    "post",
    "post_to",
    "push",
    "replay",
    "replay_parcel",
    "retry",
    "rotate",
    "set_state",
    "settle",
    "settle_difference",
    "settle_many",
    "sign_response",
    "start",
    "succeeded",
    "take_in",
    "take_in_many",
    "view",
    "waiting",
]
