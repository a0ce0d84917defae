"""A sealer as a process that a drill may kill: ``python -m tests.audit.sealer URL``."""

from __future__ import annotations

import sys

from kernel import settings
from kernel.sealing.rows import Access
from kernel.sealing.sealer import Sealer
from kernel.tenancy import TenancySigner

if __name__ == "__main__":
    known = settings.load()
    access = Access(sys.argv[1], TenancySigner(known.secret("tenancy")), known.city_id)
    Sealer(access, "sha256", interval=0.005).run()
