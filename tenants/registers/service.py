"""Registers of officers, their certificates and learning, and of enforcement bodies. The only door to them."""

from __future__ import annotations

from tenants.registers.bodies import add_body, body, change_body, end_body, list_bodies
from tenants.registers.book import rulebook
from tenants.registers.exporting import export, problem_report, template
from tenants.registers.importing import ImportView, begin_import, continue_import, import_view, imports
from tenants.registers.learning import add_examination, add_training
from tenants.registers.listing import TABS, OfficerFilter, count_tabs, filter_of, list_officers, warned_until
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
from tenants.registers.reading import citizen_id, my_file, officer_view, require_file
from tenants.registers.warnings import Warned, due_warnings, register_organs

__all__ = [
    "TABS",
    "ImportView",
    "OfficerFilter",
    "Warned",
    "add_body",
    "add_examination",
    "add_officer",
    "add_training",
    "begin_import",
    "body",
    "certificates_of",
    "change_body",
    "change_officer",
    "citizen_id",
    "continue_import",
    "count_tabs",
    "due_warnings",
    "end_body",
    "export",
    "facts_of",
    "filter_of",
    "import_view",
    "imports",
    "leave",
    "list_bodies",
    "list_officers",
    "my_file",
    "officer",
    "officer_view",
    "problem_report",
    "project_to_posts",
    "register_organs",
    "require_file",
    "rulebook",
    "template",
    "transfer",
    "warned_until",
]
