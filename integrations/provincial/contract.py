"""The contract as an OpenAPI 3.1 document, made of the messages themselves (docs/provincial-openapi.json). Pure."""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

from integrations.provincial import messages as m

_REF: Final = "#/components/schemas/{name}"
_SIGNED: Final[list[dict[str, list[str]]]] = [{"signature": []}]
_CURSOR: Final = {"type": "string", "maxLength": 200, "pattern": "^[0-9A-Za-z._-]*$"}
_BUCKET: Final = {"type": "string", "pattern": "^[0-9a-f]{2}$"}
_HASH: Final = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_IDS: Final = {"type": "string", "minLength": 1, "maxLength": 11_000}


def openapi() -> dict[str, Any]:
    """The document. Equal messages give equal documents."""
    answers = [m.PulledPage, m.Exact, m.Summary, m.BucketList, m.Receipts, m.Stored, m.Replies, m.Problem]
    _, components = msgspec.json.schema_components([m.Batch, *answers, *m.DATA.values()], ref_template=_REF)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "准绳—省级平台对接接口",
            "version": m.VERSION,
            "description": "双方签名：请求和应答都按 docs/links.md 签名，五分钟内有效，每个随机数只用一次。",
        },
        "security": _SIGNED,
        "paths": _paths(),
        "components": {
            "schemas": components,
            "securitySchemes": {
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "zs-signature",
                    "description": "与 zs-key、zs-time、zs-nonce 一并发送，见 docs/links.md。",
                }
            },
        },
    }


def document() -> str:
    """The document as it lies in the repository."""
    return json.dumps(openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _paths() -> dict[str, Any]:
    kind = {"type": "string", "enum": list(m.PULLED)}
    every = {"type": "string", "enum": sorted({*m.PULLED, *m.PUSHED})}
    direction = {"type": "string", "enum": ["offered", "handed_in"]}
    limit = {"type": "integer", "minimum": 1, "maximum": m.PAGE, "default": m.PAGE}
    after = _query("after", {**_CURSOR, "default": ""})
    return {
        "/v1/changes/{kind}": {
            "get": _operation(
                "pullChanges", "按游标取变更", "PulledPage", [_path("kind", kind), after, _query("limit", limit)]
            )
        },
        "/v1/items/{kind}": {
            "get": _operation(
                "getItems",
                "按编号取最新版本（编号以逗号分隔，至多 100 个）",
                "Exact",
                [_path("kind", kind), _query("ids", _IDS, needed=True)],
            )
        },
        "/v1/summary/{direction}/{kind}": {
            "get": _operation(
                "getSummary", "各分桶的数量和校验值", "Summary", [_path("direction", direction), _path("kind", every)]
            )
        },
        "/v1/summary/{direction}/{kind}/{bucket}": {
            "get": _operation(
                "getBucket",
                "一个分桶的编号、版本和校验值",
                "BucketList",
                [_path("direction", direction), _path("kind", every), _path("bucket", _BUCKET)],
            )
        },
        "/v1/batches": {"post": _operation("pushBatch", "成批报送，逐条回执", "Receipts", [], body="Batch")},
        "/v1/packages/{sha256}": {"put": _package()},
        "/v1/replies": {"get": _operation("pullReplies", "取移送的回执和结果", "Replies", [after])},
    }


def _operation(
    name: str, summary: str, answer: str, parameters: list[dict[str, Any]], *, body: str = ""
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "parameters": parameters,
        "responses": {"200": _json(answer, "成功"), **_refusals()},
    }
    if body:
        schema = {"$ref": _REF.format(name=body)}
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return made


def _package() -> dict[str, Any]:
    made = _operation("putPackage", "存入封存案卷（正文为案卷原文）", "Stored", [_path("sha256", _HASH)])
    schema = {"type": "string", "format": "binary"}
    made["requestBody"] = {"required": True, "content": {"application/octet-stream": {"schema": schema}}}
    return made


def _refusals() -> dict[str, Any]:
    return {
        "400": _json("Problem", "内容不符合接口约定"),
        "401": _json("Problem", "签名不能核实"),
        "404": _json("Problem", "没有这一资源"),
        "503": _json("Problem", "暂时不能处理，稍后再试"),
    }


def _json(name: str, text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": {"$ref": _REF.format(name=name)}}}}


def _path(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(name: str, schema: dict[str, Any], *, needed: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": needed, "schema": schema}
