"""Which states are under way: for the machines' facts and for the queries alike. Pure."""

from __future__ import annotations

from typing import Final

LIVE_REPORT_STATES: Final = frozenset({"draft", "reported", "returned"})
REVOKED: Final = "revoked"
"""What such a decision was about stands where it stood before: reports and instruments no longer rest on it."""
LIVE_DECISION_STATES: Final = frozenset({"decided", "issued", "served", "execution_reported"})
"""A matter with a decision in one of these states does not close; one that was not executed leaves its findings
in `decided`, until they are executed after all or referred."""
