"""The 12345 hotline (Art. 17): the only door. Orders in → inbound.py, progress and results out → outbound.py."""

from __future__ import annotations

from integrations.hotline12345.client import Client
from integrations.hotline12345.inbound import pull, pull_all, receive, take, take_again
from integrations.hotline12345.outbound import HotlineCarrier, tell

__all__ = ["Client", "HotlineCarrier", "pull", "pull_all", "receive", "take", "take_again", "tell"]
