"""One trace from a request over its transaction and the outbox row through the relay to the job; nothing while off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import select

from cli.demo.accounts import password
from kernel.ids import new_id
from kernel.models import DeadLetter, OutboxMessage
from kernel.telemetry import tracing
from tests.jobs.conftest import Line, until
from tests.web.conftest import Client, transport

HERE = "建安区司法局"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.use(provider)
    yield exporter
    tracing.use(None)
    provider.shutdown()


async def replay(line: Line) -> tuple[str, OutboxMessage]:
    """A request that enqueues a job: the system administrator hands a dead letter over again."""
    letter = new_id()
    async with line.world.work(HERE) as work:
        work.session.add(
            DeadLetter(
                city_id=work.city_id,
                id=letter,
                organ_id=work.organ_id,
                outbox_id=new_id(),
                job="test_effect",
                payload={"mark": "traced"},
                error="TimeoutError",
                failed_at=datetime.now(UTC),
                deliveries=6,
            )
        )
    async with httpx.AsyncClient(transport=transport(line.world), base_url="http://testserver") as http:
        client = Client(http)
        await client.get("/login")
        who = {"organ": str(await line.world.organ(HERE)), "username": "han", "password": password()}
        assert (await client.post("/login", who)).status_code == 303
        answer = await client.post(f"/dead-letters/{letter}/replay")
        assert answer.status_code == 303

    async def row() -> OutboxMessage:
        async with line.world.work(HERE) as work:
            return (await work.session.scalars(select(OutboxMessage).where(OutboxMessage.job == "test_effect"))).one()

    async def done() -> bool:
        return (await row()).done_at is not None

    await until(done)
    return answer.headers["x-request-id"], await row()


async def test_a_request_and_its_job_share_one_trace(line: Line, spans: InMemorySpanExporter) -> None:
    request_id, row = await replay(line)
    found = {span.name: span for span in spans.get_finished_spans()}
    request = found["POST /dead-letters/{letter_id}/replay"]
    assert request.attributes is not None
    assert (request.attributes["request_id"], request.attributes["http.response.status_code"]) == (request_id, 303)
    assert request.context is not None
    trace = request.context.trace_id
    assert row.trace.split("-")[1] == f"{trace:032x}"
    mine = [s for s in spans.get_finished_spans() if s.context is not None and s.context.trace_id == trace]
    assert {"transaction", "relay", "job test_effect"} <= {span.name for span in mine}
    job = next(span for span in mine if span.name == "job test_effect")
    assert job.attributes is not None
    assert job.attributes["message"] == str(row.id)
    # A job's span hangs on what enqueued it, not on the relay, which may hand over twice.
    assert job.parent is not None
    assert f"{job.parent.span_id:016x}" == row.trace.split("-")[2]


async def test_a_failed_span_names_the_error_and_quotes_nothing(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="张立"), tracing.span("request"):
        raise ValueError("张立 13900001234")
    (made,) = spans.get_finished_spans()
    assert made.status.description == "ValueError"
    assert "张立" not in made.to_json(indent=None)


async def test_nothing_is_traced_while_it_is_off(line: Line) -> None:
    _, row = await replay(line)
    assert (row.trace, tracing.carrier(), tracing.trace_id()) == ("", "", "")
    with tracing.span("anything") as made:
        assert made is None
