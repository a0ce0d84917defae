"""``ours.py URL PORT``: the product as `zhunsheng web` serves it: one worker, as many connections as the peers."""

from __future__ import annotations

import sys
from dataclasses import replace

from cli.serve import serve
from kernel import settings

if __name__ == "__main__":
    serve(replace(settings.load(), web_workers="1", pool_size="4", log_level="ERROR"), sys.argv[1], int(sys.argv[2]))
