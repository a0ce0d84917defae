"""Enforcement records (Arts. 11(5), 17): the only door."""

from __future__ import annotations

from supervision.records.importing import (
    begin_batch,
    begin_import,
    continue_import,
    end_batch,
    forget_file,
    take_batch,
)
from supervision.records.indexing import index_part
from supervision.records.quarantine import discard, line_view, quarantined, resubmit
from supervision.records.reading import (
    RecordFilter,
    import_state,
    imports,
    listed,
    may_import,
    may_read_imports,
    unmask,
    view,
)
from supervision.records.taking import BatchResult
from supervision.records.templates import template
from supervision.records.views import (
    EnforcementRow,
    EnforcementView,
    PartyIdentity,
    QuarantinedView,
    RecordImportView,
    import_view,
    quarantined_view,
)

__all__ = [
    "BatchResult",
    "EnforcementRow",
    "EnforcementView",
    "PartyIdentity",
    "QuarantinedView",
    "RecordFilter",
    "RecordImportView",
    "begin_batch",
    "begin_import",
    "continue_import",
    "discard",
    "end_batch",
    "forget_file",
    "import_state",
    "import_view",
    "imports",
    "index_part",
    "line_view",
    "listed",
    "may_import",
    "may_read_imports",
    "quarantined",
    "quarantined_view",
    "resubmit",
    "take_batch",
    "template",
    "unmask",
    "view",
]
