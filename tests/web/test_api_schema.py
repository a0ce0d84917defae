"""The OpenAPI document is complete: names in Chinese, closed bodies, problem documents, examples that are right."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest

from tests.web.conftest import Client, application
from tests.world import World
from web.api.schema import CHANGING, MADE_BY, READING, UNKEYED, document
from web.api.words import EXAMPLES, SCHEMAS
from web.field_names import NAMES

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def found(world: World) -> Any:

    envelope: Any = application(world)
    return document(envelope.app)


def operations(found: dict[str, Any]) -> dict[str, tuple[str, str, Any]]:
    return {o["operationId"]: (path, m, o) for path, item in found["paths"].items() for m, o in item.items()}


async def test_everything_has_a_name_in_chinese(found: Any) -> None:
    """A new member gets its name in web/field_names.py, a new schema in web/api/words.py."""
    schemas = found["components"]["schemas"]
    fields = {field for schema in schemas.values() for field in schema.get("properties", {})}
    parameters = {p["name"] for _, _, o in operations(found).values() for p in o.get("parameters", []) if "name" in p}
    assert sorted(name for name in fields | parameters if name not in NAMES and name != "message") == []
    assert sorted(n for n, s in schemas.items() if not CHINESE.search(s["description"])) == []
    assert all(CHINESE.search(o["summary"] + o["description"]) for _, _, o in operations(found).values())
    tags = {t["name"] for t in found["tags"]}
    assert {t for _, _, o in operations(found).values() for t in o["tags"]} == tags
    assert set(SCHEMAS) >= {n.removesuffix("Page") for n in schemas} - {"Problem"}


async def test_every_operation_says_how_it_refuses(found: Any) -> None:
    for name, (_, method, operation) in operations(found).items():
        wanted = READING if method == "get" else CHANGING
        assert set(wanted) <= set(operation["responses"]), name
        keyed = {"$ref": "#/components/parameters/IdempotencyKey"} in operation.get("parameters", [])
        assert keyed == (method != "get" and name not in UNKEYED), name
        assert "security" in operation
    for status, answer in found["components"]["responses"].items():
        content = answer["content"]["application/problem+json"]
        assert content["example"]["status"] == int(status)
        validator = jsonschema_rs.validator_for(_with(found, content["schema"]))
        assert validator.is_valid(content["example"])


async def test_the_examples_are_right_and_bodies_are_closed(found: Any) -> None:
    known = operations(found)
    for name, example in EXAMPLES.items():
        content = known[name][2]["requestBody"]["content"]["application/json"]
        validator = jsonschema_rs.validator_for(_with(found, content["schema"]))
        assert validator.is_valid(example), (name, list(validator.iter_errors(example)))
        assert not validator.is_valid({**example, "unheard_of": 1}), name


def _with(found: Any, schema: Any) -> Any:
    return {**schema, "components": found["components"]}


async def test_links_lead_from_what_was_made_to_what_can_be_done_with_it(found: Any) -> None:
    known = operations(found)
    assert {maker for pair in MADE_BY.values() for maker in pair if maker} <= set(known)
    made = known["proposeMatter"][2]["responses"]["201"]["links"]
    assert {"getMatter", "approveOpening", "establishFinding", "closeMatter"} <= set(made)


async def test_the_reference_page_needs_nothing_from_elsewhere(browser: Callable[[], Client]) -> None:
    page = (await browser().get("/api/docs")).text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert "提交标识" in page
    assert "problem+json" in page
