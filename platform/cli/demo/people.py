"""The demo accounts as the files know them, without the database: what `demo` prints."""

from __future__ import annotations

import base64
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from kernel import settings


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One line of what `demo` prints."""

    kind: str
    organ: str
    name: str
    title: str
    username: str


def password() -> str:
    """The demo password of this installation: made from its own key, the same for all demo accounts."""
    raw = base64.b32encode(settings.load().secret("demo"))[:8].decode().lower()
    return f"Demo-{raw}-7"


def people() -> list[dict[str, Any]]:
    source = resources.files("cli.demo") / "accounts.toml"
    found: list[dict[str, Any]] = tomllib.loads(source.read_text("utf-8"))["person"]
    return found


def ready_accounts() -> list[DemoAccount]:
    """The accounts that are printed: one for each kind of user."""
    return [
        DemoAccount(p["kind"], p["organ"], p["name"], p["post"]["title"], p["username"])
        for p in people()
        if p.get("kind")
    ]
