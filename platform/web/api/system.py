"""The reference page of the API, made from its own schema, and the check of a printed code."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import PathParameter
from litestar.response import Template
from sqlalchemy import text

from kernel.clock import local_date
from kernel.errors import NotFound
from web import entry
from web.access import OPEN
from web.api.schema import document
from web.frame import plain
from web.turns import Req


@get("/api/docs", opt={OPEN: True}, sync_to_thread=False, include_in_schema=False)
def docs(request: Req) -> Template:
    """Every operation with its parameters, bodies and answers; no script, nothing from elsewhere."""
    schema = document(request.app)
    components = schema["components"]
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and "responses" in operation:
                shown = _operation(path, method, operation, components)
                groups.setdefault((operation.get("tags") or ["其他"])[0], []).append(shown)
    return plain(
        request,
        "help/api.html",
        title="接口文档",
        info=schema["info"],
        version=schema["openapi"],
        groups=groups,
        errors_of=[{"status": s, "text": a["description"]} for s, a in components["responses"].items()],
        schemas=[_schema(name, body) for name, body in sorted(components["schemas"].items())],
    )


def _operation(path: str, method: str, operation: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
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
                "text": p.get("description", ""),
                "where": {"path": "路径", "query": "查询", "header": "请求头", "cookie": "Cookie"}[p["in"]],
                "type": _type(p.get("schema", {})),
                "required": p.get("required", False),
            }
            for p in (_found(p, components) for p in operation.get("parameters", []))
        ],
        "body": [{"media": media, "type": _type(content.get("schema", {}))} for media, content in body.items()],
        "answers": [
            {
                "status": status,
                "text": answer.get("description", ""),
                "type": "、".join(_type(c.get("schema", {})) for c in answer.get("content", {}).values()),
            }
            for status, answer in operation["responses"].items()
            if "$ref" not in answer
        ],
        "errors": [status for status, answer in operation["responses"].items() if "$ref" in answer],
        "example": _example(body),
    }


def _example(body: dict[str, Any]) -> str:
    """The request's example as it would be typed; empty without one."""
    given = [content["example"] for content in body.values() if "example" in content]
    return json.dumps(given[0], ensure_ascii=False, indent=2) if given else ""


def _found(value: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """What a reference points to."""
    if "$ref" not in value:
        return value
    _, _, kind, name = value["$ref"].split("/")
    found: dict[str, Any] = components[kind][name]
    return found


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", maxsplit=1)[-1]
    if "allOf" in schema:
        return _type(schema["allOf"][0])
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
            {"name": field, "type": _type(s), "required": field in needed, "text": s.get("description", "")}
            for field, s in body.get("properties", {}).items()
        ],
    }


class Verified(msgspec.Struct, frozen=True):
    """What is known of a document by the code printed on it. `living`: not withdrawn, not replaced."""

    title: str
    number: str
    issued: date
    issuer: str
    pages: int
    sha256: str
    living: bool


@get(
    "/api/v1/verify/{code:str}",
    opt={OPEN: True},
    operation_id="verifyDocument",
    summary="文书验证",
    description="凭文书上印制的验证码，核对文书是否真实、有效。不需要登录。",
    tags=["文书验证"],
)
async def verify(request: Req, code: Annotated[str, PathParameter(max_length=60)]) -> Verified:
    wanted = code.strip().upper().replace(" ", "")
    async with entry.visiting(request) as work:
        row = (
            await work.session.execute(text("select * from guard.verify_document(:code)"), {"code": wanted})
        ).one_or_none()
    if row is None:
        raise NotFound("没有这一验证码的文书，请核对后重试。")
    living = row.state not in ("withdrawn", "superseded")
    return Verified(row.title, row.number, local_date(row.issued_at), row.issuer, row.pages, row.sha256, living)


ROUTES = [docs, verify]
