"""The OpenAPI 3.1 document: what the framework finds in the handlers, with all that a client has to know besides.

Names in Chinese, closed request bodies, every error as a problem document, who may call, the key of repeated requests,
examples, and links from what an operation makes to the operations that take it.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from litestar import Litestar, Request
from litestar.openapi.plugins import JsonRenderPlugin

from web.api.words import EXAMPLES, SCHEMAS, TAGS, VALUES
from web.field_names import NAMES
from web.keys import scope_named

Document = dict[str, Any]
UNKEYED: Final = frozenset(
    {
        "openSession",
        "endSession",
        "switchPost",
        "readComplainant",
        "readCounterpart",
        "readCitizenId",
        "revealRelative",
        "readParty",
    }
)
"""Changing requests without an Idempotency-Key: a session is its own effect and its secret is stored nowhere, and
what was unmasked for a purpose is kept nowhere either."""
OPEN_TO_ALL: Final = frozenset({"openSession", "verifyDocument"})
READERS: Final = frozenset({"readComplainant", "readCounterpart", "readCitizenId", "revealRelative", "readParty"})
EARLY: Final = frozenset({"getAuditProof", "draftAnnualSummary"})
"""Readings that may come too early: an entry has its proof once it is sealed, a year its summary once a report came."""
PROBLEM: Final = "application/problem+json"
ERRORS: Final = {
    "401": ("unauthenticated", "没有登录，或者会话已经结束。"),
    "403": ("denied", "岗位无权办理、防伪标识不正确、须先修改密码，或者请求来自其他网站。"),
    "404": ("not_found", "不存在，或者不在查看范围内：两种情形的回答相同。"),
    "409": ("illegal_transition", "当前环节不能办理、依法现在不能办理，或者提交标识已用于另一内容。"),
    "412": ("stale", "记录已被他人修改。"),
    "413": ("too_large", "内容超过允许的大小。"),
    "415": ("wrong_kind", "不接受这种内容类型。"),
    "422": ("invalid", "有内容需要修改，errors 写明每一项。没有保存任何内容。"),
    "429": ("too_many", "操作过于频繁，Retry-After 写明几秒后再试。"),
    "503": ("unavailable", "系统正在恢复，没有保存任何内容。"),
}
READING: Final = ("401", "403", "404", "422", "503")
CHANGING: Final = ("401", "403", "404", "409", "412", "413", "415", "422", "429", "503")
TITLES: Final = {
    "unauthenticated": "请先登录。",
    "denied": "您的岗位不能办理这一事项。",
    "not_found": "该事项不存在，或者不在您所在单位的查看范围内。",
    "illegal_transition": "当前环节不能办理这一步。",
    "stale": "该记录已被他人修改，请对照后重新提交。",
    "too_large": "文件超过允许的大小。",
    "wrong_kind": "不接受这种内容类型。",
    "invalid": "有内容需要修改。",
    "too_many": "操作过于频繁，请稍后再试。",
    "unavailable": "系统正在恢复，内容没有保存，请稍后再试。",
}
PAGE: Final = re.compile(r"Page_[\w.]+\.(\w+)_")
SAME_NAMES: Final = re.compile(r"\b(clues|instruments|matters)_views_(\w+)")
MADE_BY: Final = {
    "clue_id": ("registerClue", "listClues"),
    "matter_id": ("proposeMatter", "listMatters"),
    "instrument_id": ("draftInstrument", "listInstruments"),
    "delivery_id": ("", "listDeliveries"),
    "report_id": ("draftReport", "listReports"),
    "decision_id": ("decideReport", "listDecisions"),
    "item_id": ("", "listEscalations"),
    "organ_id": ("", "listOrgans"),
    "account_id": ("addAccount", "listAccounts"),
    "letter_id": ("", "listDeadLetters"),
    "link_id": ("addLink", "listLinks"),
    "parcel_id": ("", "listParcels"),
    "difference_id": ("", "listDifferences"),
    "case_id": ("proposeAccountability", "listAccountability"),
    "paper_id": ("", "listReceivedAccountability"),
    "entry_id": ("", "searchAudit"),
    "notice_id": ("", "listNotices"),
    "officer_id": ("addOfficer", "listOfficers"),
    "body_id": ("addBody", "listBodies"),
    "import_id": ("importOfficers", ""),
    "order_id": ("", "listHotlineOrders"),
    "proposal_id": ("", "listDuplicates"),
    "supervisor_id": ("appointSocialSupervisor", "listSocialSupervisors"),
    "endpoint_id": ("addWebhook", "listWebhooks"),
    "key_id": ("makeApiKey", "listApiKeys"),
}
"""Part of a path → the operation that makes such a record and the one that lists them."""


class CompleteSchema(JsonRenderPlugin):
    """Serves the complete document as JSON."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: Document) -> bytes:
        return self.render_json(request, document(request.app))


def document(app: Litestar) -> Document:
    """The document of the application, made once."""
    held = app.state
    if "openapi_document" not in held:
        held.openapi_document = complete(app.openapi_schema.to_schema())
    made: Document = held.openapi_document
    return made


def complete(found: Document) -> Document:
    """The framework's document with the rest added."""
    text = PAGE.sub(r"\1Page", json.dumps(found, ensure_ascii=False))
    made: Document = json.loads(SAME_NAMES.sub(lambda m: f"{m[1].capitalize()[:-1]}{m[2]}", text))
    made["servers"] = [{"url": "/", "description": "本系统"}]
    made["tags"] = [{"name": name, "description": words} for name, words in TAGS.items()]
    operations = {o["operationId"]: (method, o) for item in made["paths"].values() for method, o in _operations(item)}
    for method, operation in operations.values():
        _operation(method, operation)
    _components(made)
    _close_bodies(made)
    _link(made, operations)
    return made


def _operations(item: Document) -> list[tuple[str, Document]]:
    return [(method, o) for method, o in item.items() if isinstance(o, dict) and "responses" in o]


def _operation(method: str, operation: Document) -> None:
    changing = method != "get"
    name = operation["operationId"]
    for parameter in operation.get("parameters", []):
        parameter["description"] = NAMES.get(parameter["name"], parameter["name"])
    answers = {status: answer for status, answer in operation["responses"].items() if status < "300"}
    for status, answer in answers.items():
        answer["description"] = operation["summary"]
        if status == "204":
            answer.pop("content", None)
        _binary(answer)
        if status == "201" and name not in ("openSession", "switchPost"):
            answer["headers"] = {"location": {"$ref": "#/components/headers/Location"}}
    codes = CHANGING if changing else (*READING, "409") if name in EARLY else READING
    wrong = {status: {"$ref": f"#/components/responses/{status}"} for status in codes}
    operation["responses"] = answers | wrong
    operation["security"] = [{"session": [], "csrf": []}] if changing else [{"session": []}]
    scope = scope_named(name, operation.get("tags", ()), reads=not changing)
    if scope is not None:
        operation["security"].append({"key": []})
        operation["x-key-scope"] = scope
    if name in OPEN_TO_ALL:
        operation["security"] = []
    if changing and name not in UNKEYED:
        operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})
    body = operation.get("requestBody")
    if body and {"type": "null"} in body["content"]["application/json"]["schema"].get("oneOf", []):
        body["required"] = False
    if name in EXAMPLES:
        operation["requestBody"]["content"]["application/json"]["example"] = EXAMPLES[name]


def _binary(answer: Document) -> None:
    """A file is not described by a schema of JSON."""
    for kind, content in answer.get("content", {}).items():
        if kind != "application/json":
            content["schema"] = {"type": "string", "contentMediaType": kind}


def _components(made: Document) -> None:
    components = made["components"]
    for name, schema in components["schemas"].items():
        of = name.removesuffix("Page")
        schema["description"] = SCHEMAS.get(name) or (f"{SCHEMAS[of]}：一页" if of in SCHEMAS else name)
        schema.pop("title", None)
        for field, value in schema.get("properties", {}).items():
            described = {"description": NAMES.get(field, field)} | (
                {"examples": [VALUES[field]]} if field in VALUES else {}
            )
            schema["properties"][field] = ({"allOf": [value]} if "$ref" in value else value) | described
    components["schemas"]["Problem"] = _problem()
    components["responses"] = {status: _error(status, code, words) for status, (code, words) in ERRORS.items()}
    components["headers"] = {
        "Location": {"description": "新记录的地址", "schema": {"type": "string", "format": "uri-reference"}}
    }
    components["parameters"] = {"IdempotencyKey": _key()}
    components["securitySchemes"] = {
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "zs_session",
            "description": "加密部署时名为 __Host-zs_session",
        },
        "csrf": {
            "type": "apiKey",
            "in": "header",
            "name": "x-csrftoken",
            "description": "登录和 getMe 回答中的 csrf_token；改变数据的请求都要带",
        },
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "接口密钥 zsk_…，代替会话和防伪标识；所需权限见各接口的 x-key-scope",
        },
    }


def _key() -> Document:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "提交标识：同一标识、同一内容只产生一次效果，重复提交得到原来的回答；内容不同的，答复 409。",
        "schema": {"type": "string", "minLength": 8, "maxLength": 200, "pattern": "^[!-~]+$"},
        "example": "0192f9aa-7b1e-7c55-9d1a",
    }


def _problem() -> Document:
    text, number = {"type": "string"}, {"type": "integer"}
    fields = {"field": text, "message": text}
    properties = {
        "type": text,
        "title": text,
        "status": number,
        "code": text,
        "instance": text,
        "request_id": text,
        "article": text,
        "article_display": text,
        "remedy": text,
        "retry_after": number,
    }
    described: Document = {name: {**schema, "description": NAMES[name]} for name, schema in properties.items()}
    items: Document = {"type": "object", "properties": fields, "required": ["field", "message"]}
    described["errors"] = {"type": "array", "items": items, "description": NAMES["errors"]}
    return {
        "type": "object",
        "description": "错误说明（RFC 9457）。title 是可以直接显示的中文句子。",
        "properties": described,
        "required": ["type", "title", "status", "code", "instance", "request_id"],
    }


def _error(status: str, code: str, words: str) -> Document:
    example: Document = {
        "type": f"/docs/problems#{code}",
        "title": TITLES[code],
        "status": int(status),
        "code": code,
        "instance": "/api/v1/matters",
        "request_id": "0192f9aa7b1e7c559d1a4f2b6c8e1d03",
    }
    if code == "invalid":
        example["errors"] = [{"field": "title", "message": "请填写“标题”。"}]
    made: Document = {
        "description": words,
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }
    if code in ("too_many", "unavailable"):
        made["headers"] = {"Retry-After": {"description": "秒", "schema": {"type": "integer"}}}
    return made


def _close_bodies(made: Document) -> None:
    """What requests hold is closed: another member than these is refused."""
    schemas = made["components"]["schemas"]
    bodies = [o["requestBody"] for item in made["paths"].values() for _, o in _operations(item) if "requestBody" in o]
    todo = _references(bodies)
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            schemas[name]["additionalProperties"] = False
            todo |= _references(schemas[name])


def _references(value: Any) -> set[str]:
    return set(re.findall(r"#/components/schemas/([\w.]+)", json.dumps(value)))


def _link(made: Document, operations: dict[str, tuple[str, Document]]) -> None:
    """From what was made, and from the first of a list, to every operation on one such record."""
    for path, item in made["paths"].items():
        names = re.findall(r"\{(\w+)\}", path)
        if len(names) != 1 or names[0] not in MADE_BY:
            continue
        maker, lister = MADE_BY[names[0]]
        for _, operation in _operations(item):
            name = operation["operationId"]
            for source, place in ((maker, "/id"), (lister, "/items/0/id")):
                if source:
                    answers = operations[source][1]["responses"]
                    answer = answers.get("201") or answers["200"]
                    link = {"operationId": name, "parameters": {names[0]: f"$response.body#{place}"}}
                    answer.setdefault("links", {})[name] = link
