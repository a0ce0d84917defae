"""The simulator answers as the contract says, to every request that the contract allows and to what it does not
(schemathesis over docs/provincial-openapi.json); the client is held by the same message types."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from integrations.links.signing import Request, for_peer, sign_request
from integrations.provincial.simulator.app import create
from kernel.clock import system_now
from tests.integrations.provincial.platform import ADDRESS, Province, province, record

DOCUMENT = json.loads((Path(__file__).parents[3] / "docs" / "provincial-openapi.json").read_text())
EXAMPLES = 10
CHECKED = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
for path in DOCUMENT["paths"].values():
    for found in path.values():
        found.pop("security", None)  # every request is signed below, and refusals are proved elsewhere
DOCUMENT.pop("security")
DOCUMENT["components"].pop("securitySchemes")
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS: dict[str, Any] = {one.ok().label: one.ok() for one in SCHEMA.get_all_operations()}  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def there() -> Iterator[Province]:
    made = province()
    made.store.offer("record", [(f"R{n}", 1, record(n, 1)) for n in range(30)])
    yield made
    made.store.close()


def _sent(there: Province, case: Any, runner: asyncio.Runner) -> Any:
    """The case's request, signed, against the simulator in this process."""
    app: Any = create(there.store, for_peer(there.keys))
    request = case.as_transport_kwargs(base_url=ADDRESS)

    async def exchange() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ADDRESS) as http:
            body = {"json": request["json"]} if "json" in request else {"content": request.get("data")}
            made = http.build_request(
                request["method"], request["url"], params=request.get("params"), headers=request.get("headers"), **body
            )
            signed = Request(
                made.method, made.url.raw_path.partition(b"?")[0].decode(), made.url.query.decode(), made.read()
            )
            made.headers.update(sign_request(there.keys, signed, system_now()))
            return await http.send(made)

    return runner.run(exchange())


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_the_simulator_keeps_the_contract(there: Province, label: str, mode: GenerationMode) -> None:
    load_all_checks()
    checks = [CHECKS.get_one(name) for name in CHECKED]
    operation = OPERATIONS[label]

    with asyncio.Runner() as runner:

        @settings(
            max_examples=EXAMPLES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck),
            database=None,
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def run(case: Any) -> None:
            try:
                answer = _sent(there, case, runner)
            except httpx.InvalidURL:
                return  # longer than any client sends
            case.validate_response(answer, checks=checks)

        with contextlib.suppress(Unsatisfiable):
            run()
