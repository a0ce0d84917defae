"""`zhunsheng web|worker|relay|scheduler`: one process of the product, for installations of many hosts."""

from __future__ import annotations

import os
import sys

from kernel import settings
from kernel.lifeline import PARENT, end_with_launcher

DEFAULT_PORT = 8000


def become(role: str) -> int:
    """Run `role` in this process. The database must run already: the operator's, or that of `zhunsheng up`."""
    if PARENT in os.environ:
        end_with_launcher()
        return _web("")
    from cli.installation import opened
    from cli.prepare import refuse_other_mode

    with opened(running=True) as installation:
        refuse_other_mode(installation)
        url, environment = installation.app_url, installation.environment()
    return _web(url) if role == "web" else _job(role, environment)


def _web(url: str) -> int:
    from cli.serve import serve

    known = settings.load()
    return serve(known, url, int(known.port or DEFAULT_PORT))


def _job(role: str, environment: dict[str, str]) -> int:
    """Become the job process: it belongs to another layer and has its own entry."""
    os.execve(sys.executable, [sys.executable, "-m", "jobs", role], environment)  # noqa: S606
