"""Outgoing webhooks of an organ's other systems (docs/webhooks.md): the only door."""

from __future__ import annotations

from integrations.webhooks.endpoints import (
    AttemptView,
    EndpointView,
    Kept,
    MessageView,
    add,
    change,
    get,
    listing,
    messages,
    replay,
    rotate,
    switch,
    trial,
)
from integrations.webhooks.sending import hand_over, wake
from integrations.webhooks.telling import tell, tell_all

__all__ = [
    "AttemptView",
    "EndpointView",
    "Kept",
    "MessageView",
    "add",
    "change",
    "get",
    "hand_over",
    "listing",
    "messages",
    "replay",
    "rotate",
    "switch",
    "tell",
    "tell_all",
    "trial",
    "wake",
]
