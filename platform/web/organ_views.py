"""Organs as pickers and lists show them: name with the found words marked, the path above, an icon."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from markupsafe import Markup, escape

from tenants.organs.codes import KINDS
from tenants.organs.directory import Directory
from tenants.organs.models import Organ

ICONS = {"government": "bank", "dispatched_organ": "home", "judicial_office": "scales", "functional_zone": "map"}


def icon_of(organ: Organ) -> str:
    return "scales" if organ.is_supervision_body else ICONS.get(organ.kind, "building")


def path_of(tree: Directory, organ: Organ) -> str:
    """许昌市政府 / 建安区政府 / 政府部门"""
    above = [o.short_name or o.name for o in tree.path(organ.id)[:-1]]
    return " / ".join([*above, KINDS.get(organ.kind, "")])


def marked(text: str, words: str) -> Markup:
    """The text with every found word in <mark>."""
    safe = str(escape(text))
    for word in sorted({str(escape(w)) for w in words.split() if w}, key=len, reverse=True):
        if len(word) > 1 or not word.isascii():
            safe = safe.replace(word, f"\x00{word}\x01")
    return Markup(safe.replace("\x00", "<mark>").replace("\x01", "</mark>"))  # noqa: S704 - both parts were escaped


def picker_item(tree: Directory, organ: Organ, words: str, last: str = "") -> dict[str, Any]:
    name = organ.short_name or organ.name
    return {
        "value": str(organ.id),
        "name": name,
        "marked": marked(name, words),
        "path": path_of(tree, organ),
        "icon": icon_of(organ),
        "tag": "上次登录" if str(organ.id) == last else "",
    }


def picker_items(tree: Directory, words: str, last: str = "", limit: int = 8) -> list[dict[str, Any]]:
    """Hits for the organ picker, the organ of the last log-in first."""
    found = [picker_item(tree, organ, words, last) for organ in tree.search(words, limit)]
    return sorted(found, key=lambda item: not item["tag"])


def exact(tree: Directory, text: str) -> UUID | None:
    """The one living organ whose name, short name or code is exactly the text, or that alone is found."""
    wanted = text.strip()
    if not wanted:
        return None
    found = tree.search(wanted, 30)
    same = [o for o in found if wanted in (o.name, o.short_name, o.uscc, o.division_code)]
    chosen = same if len(same) == 1 else found if len(found) == 1 else []
    return chosen[0].id if chosen else None
