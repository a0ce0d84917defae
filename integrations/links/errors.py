"""What goes wrong between two systems. None of it is shown to the other side."""

from __future__ import annotations

from integrations.links.signing import Untrusted


class Unreachable(Exception):
    """The other side did not answer, or not in a way that says whether it took what was sent. Try again later."""


__all__ = ["Unreachable", "Untrusted"]
