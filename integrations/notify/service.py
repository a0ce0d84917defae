"""Notices outside the product (Articles 18 to 20): the only door.

A new line of the bell is dispatched by a job (`guard.notice_rings`); texts are handed over by others. People keep
their own addresses and wishes; the system administrator sees the channels; proofs are for those a line is meant for.
"""

from __future__ import annotations

from integrations.notify.addresses import (
    AddressView,
    SettingsView,
    choose,
    forget,
    own,
    set_address,
    verify,
)
from integrations.notify.channels import ChannelView, LogLine, channels, log
from integrations.notify.dispatching import digest, dispatch
from integrations.notify.proving import Proof, ReadLine, SentLine, export, proof
from integrations.notify.sending import hand_over, replay, test, wake

__all__ = [
    "AddressView",
    "ChannelView",
    "LogLine",
    "Proof",
    "ReadLine",
    "SentLine",
    "SettingsView",
    "channels",
    "choose",
    "digest",
    "dispatch",
    "export",
    "forget",
    "hand_over",
    "log",
    "own",
    "proof",
    "replay",
    "set_address",
    "test",
    "verify",
    "wake",
]
