"""The API as a fuzzer meets it: a city in which something of every kind exists, and people of every role.

Requests go to the application in this process. Ids that a request needs are those of real records as often as not:
with invented ones alone every answer would be 404.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import msgspec
from litestar.middleware.csrf import generate_csrf_token

from integrations.webhooks import service as webhooks
from kernel import settings as kernel_settings
from kernel.ids import new_id
from supervision.channels import service as channels
from supervision.records import service as records
from supervision.recusals import service as recusals
from supervision.recusals.commands import DeclareInterest
from tenants.keys import service as keys
from tests import stories
from tests.reporting.returns import stories as returns
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.supervision.accountability import steps
from tests.supervision.channels import things as channel_things
from tests.supervision.records.lines import penalty
from tests.supervision.records.test_records_taking import taken
from tests.supervision.referrals import cases
from tests.tenants.registers import files
from tests.world import World
from web.api.schema import UNKEYED, document
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
ONCE = {
    "addLink": "secret",
    "addWebhook": "secret",
    "makeApiKey": "token",
    "resetPassword": "password",
    "rotateApiKey": "token",
    "rotateLinkKeys": "secret",
    "rotateWebhook": "secret",
}
"""Operation → the field of its answer that is told once: it is not kept, and the same key answers null."""


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
    asked: dict[str, int] = field(default_factory=dict)
    """Operation → requests sent to it."""
    repeated: set[str] = field(default_factory=set)
    """Operations whose good answer was asked for again under its key, and with other content."""
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
        async with self.world.work(BODY, "supervisor", 1) as work:
            interest = await recusals.declare_interest(
                work,
                DeclareInterest(holder="self", subject_name="许昌某某公司", nature="dispute", from_on=work.today),
            )
            recusal = await recusals.declare_recusal(work, matter.id, "other", "与经办人员有争议。")
        decided, problem, decision, main = await stories.decided_matter(self.world)
        referral = await cases.sent(self.world)
        complaint, list_id, nomination = await cases.follow_up(self.world)
        self.known = {
            "clue_id": [clue.id],
            "matter_id": [matter.id, decided.id],
            "finding_id": [finding.id, problem.id],
            "delivery_id": [delivery.id, main.id],
            "instrument_id": [delivery.instrument_id, decision.instrument_id],
            "decision_id": [decision.id],
            "report_id": [decision.report_id],
            "act_id": [act.id],
            "recusal_id": [recusal.id],
            "interest_id": [interest.id],
            "officer_id": [(await files.add(self.world)).id, (await files.add(self.world, 2)).id],
            "referral_id": [referral.id],
            "complaint_id": [complaint],
            "list_id": [list_id],
            "nomination_id": [nomination],
            "return_id": [await self._handed_in()],
            **await self._records(),
            "organ_id": [await self.world.organ(BODY), await self.world.organ(SUPERVISED)],
        }
        case, _ = await steps.against_officer(self.world)
        notice = await steps.told(self.world, case.id)
        self.known |= {"case_id": [case.id], "paper_id": [notice.id]}
        await self._channels()
        async with self.world.work(BODY, "system_admin") as work:
            made = await keys.make(work, "既有系统", ["organs:read"], date(2026, 12, 31), 60)
            hook = await webhooks.add(work, "既有系统", "https://hook.example.gov.cn/in", ["matter.opened"])
            message = await webhooks.trial(work, hook.endpoint.id)
        self.known |= {"key_id": [made.key.id], "endpoint_id": [hook.endpoint.id], "message_id": [message]}
        self.actors = [await self.world.actor(organ, role) for organ, role in PEOPLE]
        await self.log_in()

    async def _channels(self) -> None:
        """A hotline's order, a pair that may be one, and a social supervisor."""
        order = await channel_things.received(self.world)
        again = await channel_things.received(self.world, number="XC20261009002")
        async with self.world.work(BODY) as work:
            await channels.find_duplicates(work, await channel_things.clue_of(self.world, again))
        async with self.world.work(BODY, "supervisor") as work:
            pairs = (await channels.proposals(work)).items
        async with self.world.work(BODY, "supervision_leader") as work:
            appointed = channels.Appoint(name="何某某", identity="lawyer", from_on=work.today)
            supervisor = await channels.appoint(work, appointed)
        self.known |= {
            "order_id": [order.order_id],
            "proposal_id": [pair.id for pair in pairs],
            "supervisor_id": [supervisor.id],
        }

    async def _records(self) -> dict[str, list[UUID | None]]:
        """An act of a person, the import that brought it, and a line of it that could not be taken."""
        result = await taken(self.world, penalty(3), penalty(4, fine_fen=-1))
        async with self.world.work(SUPERVISED, "legal_officer") as work:
            (line,) = (await records.quarantined(work)).items
            (act,) = (await records.listed(work, records.RecordFilter())).items
        return {"record_id": [act.id], "import_id": [result.import_id], "line_id": [line.id]}

    async def _handed_in(self) -> UUID:
        """A return that waits for the county."""
        return (await returns.submitted(self.world)).id

    async def log_in(self) -> None:
        """A fresh session for everybody: some operations end one."""
        sessions = Sessions(self.world.database, self.world.city_id, 1800)
        self.cookies = [await sessions.open(a.account_id, a.post_id) for a in self.actors]

    def send(self, case: Any, chance: random.Random, *, chosen: bool = False, cookie: str = "") -> Any:
        """Send a case as one of the people; returns the answer. With `chosen` the record is the one in the case."""
        if not chosen and chance.random() < 0.6:
            self.choose(case, chance)
        name = case.operation.definition.raw["operationId"]
        self.asked[name] = self.asked.get(name, 0) + 1
        return self._request(case, cookie or chance.choice(self.cookies))

    def choose(self, case: Any, chance: random.Random) -> None:
        """Put ids of real records in the place of invented ones."""
        for name in case.path_parameters or {}:
            if name in self.known:
                case.path_parameters[name] = str(chance.choice(self.known[name]))

    def send_again(self, case: Any, chance: random.Random, cookie: str = "") -> tuple[Any, str]:
        """Send a case under a key of its own; what did something is sent again, alone and with other content. Returns
        the first answer, and what was wrong with the others."""
        name, cookie = case.operation.definition.raw["operationId"], cookie or chance.choice(self.cookies)
        if case.method.upper() == "GET" or name in UNKEYED:
            return self.send(case, chance, chosen=True, cookie=cookie), ""
        key = {"idempotency-key": f"again-{new_id()}"}
        answer = self._request(case, cookie, key)
        if answer.status_code >= 300:
            return answer, ""
        self.repeated.add(name)
        same, other = self._request(case, cookie, key), self._request(case, cookie, key, {"again": "1"})
        if (same.status_code, same.content) != (answer.status_code, _kept(name, answer)):
            return (
                answer,
                f"{name}: {answer.status_code}, under the same key then {same.status_code}: {same.text[:300]}",
            )
        return answer, "" if other.status_code == 409 else f"{name}: other content under its key: {other.status_code}"

    def _request(
        self, case: Any, cookie: str, more: dict[str, str] | None = None, query: dict[str, str] | None = None
    ) -> Any:
        sent = case.as_transport_kwargs(base_url="http://testserver")
        token = generate_csrf_token(secret=self.secret)
        headers = {str(k): str(v) for k, v in (sent.get("headers") or {}).items()} | (more or {})
        headers["x-csrftoken"] = token
        headers["cookie"] = f"zs_session={cookie}; zs_csrf={token}"
        body = sent.get("data", b"")
        given_body = {"json": sent["json"]} if "json" in sent else {"content": body} if body else {}
        params = {**(sent.get("params") or {}), **(query or {})}
        answer = self.runner.run(
            self.http.request(sent["method"], sent["url"], params=params, headers=headers, **given_body)
        )
        self.calls += 1
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        return answer

    def close(self) -> None:
        self.runner.run(self.http.aclose())
        self.runner.run(self.world.close())


def _kept(name: str, answer: Any) -> bytes:
    """What the answer is under its key from the second time on."""
    return msgspec.json.encode(answer.json() | {ONCE[name]: None}) if name in ONCE else bytes(answer.content)
