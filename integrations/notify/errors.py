"""What a gateway can do to a text."""

from __future__ import annotations


class GatewayDown(Exception):
    """It did not take the text now; another try may succeed."""


class GatewayRefused(Exception):
    """It will never take this text for this address: no further try."""
