"""How the embedded server hands over its log. Light on purpose: every start of the product reads it."""

from __future__ import annotations

from typing import Final

ARCHIVE_SECONDS: Final = 40
"""With the seconds until it is shipped, no more than 60 s of work are lost with the whole machine."""
SPOOL: Final = "archive"
"""Folder beside the data folder."""
# -p keeps the time of the last write, from which it is known how far the segment reaches.
COMMAND: Final = (
    f"cp -p %p ../{SPOOL}/%f.part && sync ../{SPOOL}/%f.part && mv ../{SPOOL}/%f.part ../{SPOOL}/%f && sync ../{SPOOL}"
)
SERVER_SETTINGS: Final = {
    "archive_mode": "on",
    "archive_timeout": str(ARCHIVE_SECONDS),
    "archive_command": COMMAND,
}
