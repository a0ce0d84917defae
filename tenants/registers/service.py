"""Registers of officers, their certificates and learning, and of enforcement bodies. The only door to them."""

from __future__ import annotations

from tenants.registers.book import rulebook
from tenants.registers.learning import add_examination, add_training
from tenants.registers.officers import (
    add_officer,
    certificates_of,
    change_officer,
    facts_of,
    leave,
    officer,
    transfer,
)
from tenants.registers.posts import project_to_posts

__all__ = [
    "add_examination",
    "add_officer",
    "add_training",
    "certificates_of",
    "change_officer",
    "facts_of",
    "leave",
    "officer",
    "project_to_posts",
    "rulebook",
    "transfer",
]
