"""Is the process alive, can it serve, and the reference page of the API, made from its own schema."""

from __future__ import annotations

from typing import Any

from litestar import get
from litestar.response import Response, Template
from sqlalchemy import text

from web import entry
from web.access import OPEN
from web.frame import plain
from web.turns import Req


@get("/health/live", opt={OPEN: True}, sync_to_thread=False, include_in_schema=False)
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/health/ready", opt={OPEN: True}, include_in_schema=False)
async def ready(request: Req) -> Response[dict[str, str]]:
    """The database answers with a valid tenancy and has organs; 503 otherwise, with nothing said of the cause."""
    try:
        async with entry.visiting(request) as work:
            await work.session.execute(text("select 1 from organ limit 1"))
    except Exception:
        return Response({"status": "unavailable"}, status_code=503)
    return Response({"status": "ok"})


@get("/api/docs", opt={OPEN: True}, sync_to_thread=False, include_in_schema=False)
def docs(request: Req) -> Template:
    """Every operation with its parameters, bodies and answers; no script, nothing from elsewhere."""
    schema = request.app.openapi_schema.to_schema()
    components = schema.get("components", {}).get("schemas", {})
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and "responses" in operation:
                shown = _operation(path, method, operation)
                groups.setdefault((operation.get("tags") or ["其他"])[0], []).append(shown)
    return plain(
        request,
        "help/api.html",
        title="接口文档",
        info=schema["info"],
        version=schema["openapi"],
        groups=groups,
        schemas=[_schema(name, body) for name, body in sorted(components.items())],
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {})
    return {
        "id": operation.get("operationId", ""),
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": [
            {
                "name": p["name"],
                "where": {"path": "路径", "query": "查询", "header": "请求头", "cookie": "Cookie"}[p["in"]],
                "type": _type(p.get("schema", {})),
                "required": p.get("required", False),
            }
            for p in operation.get("parameters", [])
        ],
        "body": [{"media": media, "type": _type(content.get("schema", {}))} for media, content in body.items()],
        "answers": [
            {
                "status": status,
                "text": answer.get("description", ""),
                "type": "、".join(_type(c.get("schema", {})) for c in answer.get("content", {}).values()),
            }
            for status, answer in operation["responses"].items()
        ],
    }


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", maxsplit=1)[-1]
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return " | ".join(_type(s) for s in schema[key])
    if schema.get("type") == "array":
        return f"{_type(schema.get('items', {}))}[]"
    kind = schema.get("type", "")
    name = " | ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{name}({schema['format']})" if "format" in schema else name


def _schema(name: str, body: dict[str, Any]) -> dict[str, Any]:
    needed = set(body.get("required", []))
    return {
        "name": name,
        "description": body.get("description", ""),
        "fields": [
            {"name": field, "type": _type(s), "required": field in needed}
            for field, s in body.get("properties", {}).items()
        ],
    }


ROUTES = [live, ready, docs]
