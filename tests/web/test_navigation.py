"""Where each kind of user finds what he may do: short lists, and the same pages that policy opens."""

from __future__ import annotations

import pytest

from policy.vocabulary import ORGAN_CLASSES
from tests.web.conftest import Opener
from web import navigation

ROLES = [
    {"supervisor"}, {"supervision_leader", "organ_head"}, {"government_leader"}, {"legal_officer"}, {"organ_head"},
    {"contact", "legal_officer"}, {"legal_officer", "supervisor"}, {"judicial_assistant"}, {"enforcement_officer"},
    {"system_admin"}, {"security_admin"}, {"audit_admin"},
]  # fmt: skip


@pytest.mark.parametrize("roles", ROLES, ids=lambda r: "+".join(sorted(r)))
def test_nobody_has_more_than_twelve_places(roles: set[str]) -> None:
    for organ_class in ORGAN_CLASSES:
        assert len(navigation.open_to(navigation.reach(frozenset(roles), organ_class))) <= 12


@pytest.mark.parametrize("roles", ROLES, ids=lambda r: "+".join(sorted(r)))
def test_what_is_under_another_place_is_reached_from_its_pages(roles: set[str]) -> None:
    reached = navigation.reach(frozenset(roles), "justice_department")
    beside = {one.href for one in navigation.open_to(reached)}
    for place in navigation.everything(reached):
        line = navigation.section(reached, place.href, {})
        assert place.href in beside or line[0]["href"] in beside
        assert [one["href"] for one in line if one["current"]] == ([place.href] if line else [])
        marked = [
            item["href"]
            for group in navigation.side(reached, place.href, {})
            for item in group["items"]
            if item["active"]
        ]
        assert marked == [line[0]["href"] if line else place.href]


@pytest.mark.parametrize(
    ("organ", "username", "open_to_him"),
    [
        ("建安区城市管理局", "zhou", True),
        ("建安区城市管理局", "qian", True),
        ("尚集镇政府", "tian", False),
        ("建安区尚集司法所", "guo", True),
    ],
)
async def test_who_supervises_inside_an_organ_reaches_its_matters(
    client_for: Opener, organ: str, username: str, open_to_him: bool
) -> None:
    client = await client_for(organ, username)
    me = (await client.get("/me")).text
    for address in ("/matters", "/clues"):
        assert (f'href="{address}"' in me) is open_to_him, address
        assert ((await client.get(address)).status_code == 200) is open_to_him, address


@pytest.mark.parametrize(
    ("organ", "username"),
    [("建安区城市管理局", "lu"), ("市水利局", "cheng"), ("建安区城市管理局", "peng"), ("建安区尚集司法所", "guo")],
)
async def test_no_place_of_the_navigation_is_refused(client_for: Opener, organ: str, username: str) -> None:
    client = await client_for(organ, username)
    me = (await client.get("/me")).text
    places = [one for one in navigation.DESTINATIONS if f'href="{one.href}"' in me]
    answers = {one.href: (await client.get(one.href, follow_redirects=True)).status_code for one in places}
    assert set(answers.values()) == {200}, answers


@pytest.mark.parametrize(
    ("address", "refused"), [("/licences", "/bars"), ("/conduct", "/commendations")], ids=["bars", "commendations"]
)
async def test_a_page_leads_nobody_to_a_refusal(client_for: Opener, address: str, refused: str) -> None:
    officer = await client_for("建安区城市管理局", "peng")
    assert (await officer.get(refused)).status_code == 403
    assert f'href="{refused}"' not in (await officer.get(address)).text
    contact = await client_for("建安区城市管理局", "zhou")
    assert f'href="{refused}"' in (await contact.get(address)).text
