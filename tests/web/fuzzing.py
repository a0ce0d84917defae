"""The API as a fuzzer meets it: a city in which something of every kind exists, and people of every role.

Requests go to the application in this process. Ids that a request needs are those of real records as often as not:
with invented ones alone every answer would be 404.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import random
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.stateful import run_state_machine_as_test
from litestar.middleware.csrf import generate_csrf_token
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from kernel import settings as kernel_settings
from tests import stories
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.world import World
from web.api.schema import document
from web.app import Parts, create_app
from web.sessions import Sessions

PEOPLE = (
    (BODY, "supervisor"),
    (BODY, "supervision_leader"),
    (SUPERVISED, "contact"),
    (SUPERVISED, "organ_head"),
    (GOVERNMENT, "government_leader"),
    (BODY, "system_admin"),
    (BODY, "security_admin"),
    (BODY, "audit_admin"),
)
CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)


@dataclass
class Fuzzed:
    """The running application, the records that exist, and the sessions of the people."""

    world: World
    runner: asyncio.Runner
    http: httpx.AsyncClient
    document: dict[str, Any]
    secret: str
    known: dict[str, list[UUID | None]] = field(default_factory=dict)
    actors: list[Any] = field(default_factory=list)
    calls: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, url: str, runner: asyncio.Runner) -> Fuzzed:
        world = World.open(url)
        app: Any = create_app(Parts(kernel_settings.load(), world.database))
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://testserver")
        secret = kernel_settings.load().secret("csrf").hex()
        made = cls(world, runner, http, document(app.app), secret)
        runner.run(made._prepare())
        return made

    async def _prepare(self) -> None:
        await self.world.set_clock("2026-10-09 09:00")
        clue = await stories.register_clue(self.world)
        await stories.register_clue(self.world, "扣押三轮车没有出具决定书")
        matter, finding, _, delivery = await stories.served_matter(self.world)
        act = await stories.enter_seizure(self.world, matter.id)
        await stories.propose_matter(self.world, "再次立项")
        decided, problem, decision, main = await stories.decided_matter(self.world)
        self.known = {
            "clue_id": [clue.id],
            "matter_id": [matter.id, decided.id],
            "finding_id": [finding.id, problem.id],
            "delivery_id": [delivery.id, main.id],
            "instrument_id": [delivery.instrument_id, decision.instrument_id],
            "decision_id": [decision.id],
            "report_id": [decision.report_id],
            "act_id": [act.id],
            "organ_id": [await self.world.organ(BODY), await self.world.organ(SUPERVISED)],
        }
        self.actors = [await self.world.actor(organ, role) for organ, role in PEOPLE]
        await self.log_in()

    async def log_in(self) -> None:
        """A fresh session for everybody: some operations end one."""
        sessions = Sessions(self.world.database, self.world.city_id, 1800)
        self.cookies = [await sessions.open(a.account_id, a.post_id) for a in self.actors]

    def send(self, case: Any, chance: random.Random) -> Any:
        """Send a case as one of the people; returns the answer as the checks read it."""
        for name in case.path_parameters or {}:
            if name in self.known and chance.random() < 0.6:
                case.path_parameters[name] = str(chance.choice(self.known[name]))
        sent = case.as_transport_kwargs(base_url="http://testserver")
        token = generate_csrf_token(secret=self.secret)
        cookies = {"zs_session": chance.choice(self.cookies), "zs_csrf": token}
        headers = {str(k): str(v) for k, v in (sent.get("headers") or {}).items()}
        headers["x-csrftoken"] = token
        headers["cookie"] = "; ".join(f"{k}={v}" for k, v in cookies.items())
        body = sent.get("data", b"")
        given_body = {"json": sent["json"]} if "json" in sent else {"content": body} if body else {}
        answer = self.runner.run(
            self.http.request(sent["method"], sent["url"], params=sent.get("params"), headers=headers, **given_body)
        )
        self.calls += 1
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        return answer

    def close(self) -> None:
        self.runner.run(self.http.aclose())
        self.runner.run(self.world.close())


def checks(names: tuple[str, ...] = CHECKED) -> list[Any]:
    load_all_checks()
    return [CHECKS.get_one(name) for name in names]


def unguarded(found: dict[str, Any]) -> dict[str, Any]:
    """The document without its security: who asks is decided here, and proved elsewhere."""
    made = copy.deepcopy(found)
    del made["components"]["securitySchemes"]
    for item in made["paths"].values():
        for operation in item.values():
            operation.pop("security", None)
    return made


def fuzz(fuzzed: Fuzzed, examples: int, *, part: int = 0, of: int = 1, modes: int = 2) -> list[str]:
    """Send `examples` good and as many bad requests to every operation of one part of the document; with one of the
    `modes` good ones to every other operation and bad ones to the rest. Returns what was wrong, with the request
    that shows it."""
    schema = schemathesis.openapi.from_dict(unguarded(fuzzed.document))
    wrong: list[str] = []
    for place, result in enumerate(schema.get_all_operations()):
        if place % of != part:
            continue
        operation: Any = result.ok()  # type: ignore[union-attr]
        name = operation.definition.raw["operationId"]
        fuzzed.runner.run(fuzzed.log_in())
        both = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
        for mode in both if modes == 2 else [both[place % 2]]:
            found = _one(fuzzed, operation, mode, examples, random.Random(f"{name}{mode.value}"))
            wrong += [f"{name}: {text}" for text in found]
    return wrong


def wander(fuzzed: Fuzzed, walks: int, steps: int) -> list[str]:
    """Follow the links of the document from what one operation made to the next, as a stateful client does."""
    schema = schemathesis.openapi.from_dict(unguarded(fuzzed.document))
    chance = random.Random(7)
    used = checks((*CHECKED, "use_after_free"))
    wrong: dict[str, str] = {}

    class Walk(schema.as_state_machine()):  # type: ignore[misc]
        def call(self, case: Any, **_: Any) -> Any:
            return schemathesis.Response.from_any(fuzzed.send(case, chance))

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            _check(case, response, used, wrong)

    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=walks,
            stateful_step_count=steps,
            phases=[Phase.generate],
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return list(wrong.values())


def _check(case: Any, answer: Any, used: list[Any], wrong: dict[str, str]) -> None:
    try:
        case.validate_response(answer, checks=used)
    except BaseExceptionGroup as failures:
        for failure in failures.exceptions:
            said = f"{answer.status_code} {type(failure).__name__}: {str(failure)[:400]}"
            key = f"{case.operation.label}{answer.status_code}{type(failure).__name__}"
            wrong.setdefault(key, f"{said}\n    {case.as_curl_command()[:600]}")


def _one(fuzzed: Fuzzed, operation: Any, mode: GenerationMode, examples: int, chance: random.Random) -> list[str]:
    found: dict[str, str] = {}
    used = checks()

    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def sent(case: Any) -> None:
        _check(case, fuzzed.send(case, chance), used, found)

    with contextlib.suppress(Unsatisfiable):
        sent()
    return list(found.values())
