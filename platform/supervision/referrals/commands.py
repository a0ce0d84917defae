"""What is handed to the services of referrals."""

from __future__ import annotations

from uuid import UUID

import msgspec

from supervision.matters.commands import Upload


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What is referred; kept encrypted. `subject`: person and post, or the case and its parties. `conduct`: what is
    suspected. `discovered`: how it was found. `handled`: what was done already."""

    subject: str
    conduct: str
    discovered: str
    handled: str = ""
    contact: str = ""


class DraftReferral(msgspec.Struct, frozen=True, kw_only=True):
    """A referral to be decided on by the post `leader_post_id`; `addressee_id` only for urging."""

    kind: str
    contents: Contents
    recipient: str
    leader_post_id: UUID
    secrecy: str = "internal"
    matter_id: UUID | None = None
    addressee_id: UUID | None = None
    files: tuple[Upload, ...] = ()


class OpenReferral(msgspec.Struct, frozen=True, kw_only=True):
    """A draft that another part opens by itself, once for each `source_id`; the leaders of the organ know of it."""

    kind: str
    origin: str
    source_id: UUID
    matter_id: UUID | None = None
    contents: Contents | None = None
    recipient: str = ""
    answers_to: UUID | None = None
    """The organ that urged."""


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """What the receiver sends back: its words and its paper."""

    text: str = ""
    files: tuple[Upload, ...] = ()
