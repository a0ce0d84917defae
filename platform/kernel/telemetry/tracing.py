"""Traces through OpenTelemetry: one trace from the request over its transaction and outbox row to the job.

Off by default, and then each call is one look at a flag: no span is made and the outbox row carries no context. The
SDK is imported by `configure` alone, so that an installation without the extra `traces` runs all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from kernel.settings import Settings

_PROPAGATOR: Final = TraceContextTextMapPropagator()
_FIELD: Final = "traceparent"
SERVER, PRODUCER, CONSUMER, CLIENT = SpanKind.SERVER, SpanKind.PRODUCER, SpanKind.CONSUMER, SpanKind.CLIENT
SERVICE: Final = "zhunsheng"


@dataclass(slots=True)
class _Switch:
    tracer: trace.Tracer | None = None


_SWITCH: Final = _Switch()


def configure(known: Settings, process: str) -> None:
    """Export spans over OTLP/HTTP when an endpoint is set. Raises SystemExit when the extra `traces` is missing."""
    if not known.otlp_endpoint:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as error:
        raise SystemExit(f"ZHUNSHENG_OTLP_ENDPOINT needs the extra `traces`: {error.name} is not installed") from error
    provider = TracerProvider(resource=Resource.create({"service.name": f"{SERVICE}-{process}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=known.otlp_endpoint)))
    use(provider)


def use(provider: trace.TracerProvider | None) -> None:
    """Make spans through `provider` from now on; None: make none."""
    _SWITCH.tracer = provider.get_tracer(SERVICE) if provider is not None else None


def tracing() -> bool:
    return _SWITCH.tracer is not None


def carrier() -> str:
    """The present span as a W3C traceparent, to be stored with what follows from it; empty without one."""
    if _SWITCH.tracer is None:
        return ""
    fields: dict[str, str] = {}
    _PROPAGATOR.inject(fields)
    return fields.get(_FIELD, "")


def trace_id() -> str:
    """The present trace's id, 32 hexadecimal digits; empty without one."""
    if _SWITCH.tracer is None:
        return ""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""


@contextmanager
def span(name: str, *, parent: str = "", kind: SpanKind = SpanKind.INTERNAL, **facts: Any) -> Iterator[Span | None]:
    """A span around the block, below the present one or, given its traceparent, below `parent`.

    `facts` are attributes: ids, names of routes and jobs, never what somebody wrote. An exception marks the span by its
    class alone, because its text may quote a record.
    """
    tracer = _SWITCH.tracer
    if tracer is None:
        yield None
        return
    context = _PROPAGATOR.extract({_FIELD: parent}) if parent else None
    with tracer.start_as_current_span(
        name, context=context, kind=kind, attributes=facts, record_exception=False, set_status_on_exception=False
    ) as made:
        try:
            yield made
        except Exception as error:
            made.set_status(StatusCode.ERROR, type(error).__name__)
            raise


@contextmanager
def inner(name: str, **facts: Any) -> Iterator[Span | None]:
    """A span that only exists inside another one: what nobody asked for by a request or a job leaves no trace."""
    if _SWITCH.tracer is None or not trace.get_current_span().get_span_context().is_valid:
        yield None
        return
    with span(name, kind=SpanKind.CLIENT, **facts) as made:
        yield made


def mark(name: str, parent: str, **facts: Any) -> None:
    """A span without length: something happened to what `parent` started."""
    if _SWITCH.tracer is not None and parent:
        with span(name, parent=parent, kind=SpanKind.PRODUCER, **facts):
            pass
