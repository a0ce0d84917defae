"""Every form that changes something carries the browser's token and, where it commands, a key of its own."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from tests import stories
from tests.web.conftest import Client, Opener
from tests.world import World

SESSION = ("/login", "/logout", "/posts/", "/demo/advance")
"""Forms that open, change or close the session, or move the demo clock: they command nothing in the records."""
EVERYWHERE = ("/me", "/posts", "/password", "/help", "/organs", "/rules")
READERS = {
    ("建安区司法局", "chen"): (
        "/desk",
        "/clues",
        "/clues/new",
        "/matters",
        "/matters/new",
        "/instruments",
        "/deadlines",
    ),
    ("建安区司法局", "li"): ("/desk", "/reports", "/decisions", "/escalations", "/notices"),
    ("建安区政府", "wu"): ("/reports", "/decisions", "/notices"),
    ("建安区城市管理局", "zhou"): ("/inbox", "/notices"),
    ("建安区司法局", "han"): ("/accounts", "/dead-letters"),
    ("建安区司法局", "feng"): ("/accounts",),
    ("建安区司法局", "shen"): ("/audit",),
}


class Forms(HTMLParser):
    """The POST forms of a page with the names and values of their hidden fields, and the links to other pages."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.links: list[str] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = given.get("method", "get").lower() == "post"
            if self._open:
                self.forms.append((given.get("action", ""), {}))
        elif tag == "input" and self._open and given.get("type") == "hidden":
            self.forms[-1][1][given.get("name", "")] = given.get("value", "")
        elif tag == "a":
            self.links.append(given.get("href", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False


async def forms_of(client: Client, path: str) -> Forms:
    page = await client.get(path)
    assert page.status_code == 200, f"{path}: {page.status_code}"
    found = Forms()
    found.feed(page.text)
    return found


def _check(path: str, found: Forms) -> int:
    keys: list[str] = []
    for action, hidden in found.forms:
        assert hidden.get("_csrf_token"), f"{path}: the form to {action} has no token"
        if not action.startswith(SESSION):
            assert hidden.get("_idempotency_key"), f"{path}: the form to {action} has no key"
            keys.append(hidden["_idempotency_key"])
    assert len(set(keys)) == len(keys), f"{path}: two forms share a key"
    return len(keys)


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r[1])
async def test_every_form_of_a_reader_s_pages_has_its_token_and_its_key(
    world: World, client_for: Opener, reader: tuple[str, str]
) -> None:
    """The main pages, and of each list the records and steps that it leads to."""
    await stories.served_matter(world)
    client = await client_for(*reader)
    seen: set[str] = set()
    waiting = [*READERS[reader], *EVERYWHERE]
    commands = 0
    while waiting and len(seen) < 60:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        found = await forms_of(client, path)
        commands += _check(path, found)
        waiting += [link for link in found.links if _leads_on(link)]
    assert commands
    assert len(seen) > len(EVERYWHERE)


def _leads_on(link: str) -> bool:
    """A record of a list or a step of a record, not a file and not another view of the same list."""
    kinds = ("/matters/", "/inbox/", "/instruments/", "/clues/", "/reports/", "/decisions/")
    return (
        link.startswith(kinds) and "?" not in link and "#" not in link and not link.endswith((".pdf", ".xlsx", "/pdf"))
    )


async def test_the_log_in_form_carries_the_token(world: World, client_for: Opener) -> None:
    client = await client_for("建安区司法局", "chen")
    await client.post("/logout")
    found = await forms_of(client, "/login")
    assert [action for action, hidden in found.forms if hidden.get("_csrf_token")] == ["/login"]
