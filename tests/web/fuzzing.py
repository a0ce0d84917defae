"""What a fuzzer does with the API: good and bad requests to each operation, walks along its links, the same again.

The application, its records and its people are `tests.web.fuzzed`.
"""

from __future__ import annotations

import contextlib
import copy
import itertools
import random
from typing import Any
from uuid import UUID

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from kernel.ids import new_id
from tests.web.fuzzed import Fuzzed
from web.api.schema import UNKEYED
from web.api.words import EXAMPLES

CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


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
    """Follow the links of the document from what an operation made, or from what it listed, to what can be done with
    it, as a stateful client does; half of the bodies are the document's own examples."""
    schema = schemathesis.openapi.from_dict(unguarded(fuzzed.document))
    known: dict[str, Any] = {}
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]
        known[operation.definition.raw["operationId"]] = operation
    links = {name: found for name, operation in known.items() if (found := _links(operation))}
    chance, used, wrong = random.Random(7), checks(), dict[str, str]()

    @settings(
        max_examples=walks,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def walk(data: Any) -> None:
        def send(name: str, record: str | None = None) -> Any:
            case = data.draw(known[name].as_strategy())
            if name in EXAMPLES and data.draw(st.booleans()):
                case.body = _with_records(EXAMPLES[name], fuzzed.known)
            if record is not None:
                case.path_parameters[links[start][name][0]] = record
            elif chance.random() < 0.6:
                fuzzed.choose(case, chance)
            answer, amiss = fuzzed.send_again(case, chance)
            if amiss:
                wrong.setdefault(f"again {name}", amiss)
            _check(case, answer, used, wrong)
            return answer

        start = data.draw(st.sampled_from(sorted(links)))
        answer = send(start)
        following = data.draw(st.lists(st.sampled_from(sorted(links[start])), min_size=steps, max_size=steps))
        for name in following:
            parameter, pointer = links[start][name]
            record = _pointed(answer, pointer) or str(chance.choice(fuzzed.known.get(parameter, [new_id()])))
            send(name, record)

    walk()
    return list(wrong.values())


def repeat(fuzzed: Fuzzed) -> list[str]:
    """Send the document's example of every changing operation under a key, as each of the people and for each record,
    until one does something; that one is sent again, alone and with other content. Returns what was wrong."""
    schema = schemathesis.openapi.from_dict(unguarded(fuzzed.document))
    wrong: list[str] = []
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]
        name = operation.definition.raw["operationId"]
        if operation.method.upper() == "GET" or name in UNKEYED:
            continue
        fuzzed.runner.run(fuzzed.log_in())
        for path, cookie in itertools.product(_paths(operation, fuzzed.known), fuzzed.cookies):
            example = EXAMPLES.get(name, {"reason": "情况已经核实，材料齐全。"})
            said = {key: value for key, value in example.items() if key != "version"}
            body = {"body": _with_records(said, fuzzed.known)} if "requestBody" in operation.definition.raw else {}
            case = operation.Case(path_parameters=path, media_type="application/json" if body else None, **body)
            amiss = fuzzed.send_again(case, random.Random(name), cookie=cookie)[1]
            wrong += [amiss] if amiss else []
            if name in fuzzed.repeated:
                break
    return wrong


def _paths(operation: Any, known: dict[str, list[UUID | None]]) -> list[dict[str, str]]:
    names = [p["name"] for p in operation.definition.raw.get("parameters", ()) if p.get("in") == "path"]
    choices = [[str(record) for record in known.get(name, [new_id()])] for name in names]
    return [dict(zip(names, found, strict=True)) for found in itertools.product(*choices)]


def _links(operation: Any) -> dict[str, tuple[str, str]]:
    """Operation → (parameter, pointer into the answer) for the links of an operation's answers."""
    found: dict[str, tuple[str, str]] = {}
    for answer in operation.definition.raw["responses"].values():
        for name, link in answer.get("links", {}).items():
            ((parameter, place),) = link["parameters"].items()
            found[name] = (parameter, place.removeprefix("$response.body#/"))
    return found


def _pointed(answer: Any, pointer: str) -> str | None:
    """The value that a pointer names in a good answer."""
    if answer.status_code >= 300:
        return None
    value = answer.json()
    for part in pointer.split("/"):
        value = value[int(part)] if isinstance(value, list) and value else value.get(part) if value else None
    return str(value) if value else None


def _with_records(example: Any, known: dict[str, list[UUID | None]]) -> Any:
    """The example with ids of real records in the place of its invented one."""
    if isinstance(example, list):
        return [_with_records(item, known) for item in example]
    if not isinstance(example, dict):
        return example
    made = {key: _with_records(value, known) for key, value in example.items()}
    for key in set(made) & {*known, "subject_organ_id", "supervised_id", "to_organ_id"}:
        made[key] = str((known.get(key) or known["organ_id"])[-1])
    return made


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
    drawn: list[Any] = []

    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def sent(case: Any) -> None:
        drawn.append(case)
        _check(case, fuzzed.send(case, chance), used, found)

    with contextlib.suppress(Unsatisfiable):
        sent()
    fixed = not operation.definition.raw.get("parameters") and "requestBody" not in operation.definition.raw
    # Where little or nothing can be varied, the same is asked by everybody else.
    for number in range(max(examples - len(drawn), len(fuzzed.cookies) if fixed else 0)):
        case = drawn[number % len(drawn)] if drawn else operation.Case()
        cookie = fuzzed.cookies[number % len(fuzzed.cookies)]
        _check(case, fuzzed.send(case, chance, cookie=cookie), used, found)
    return list(found.values())
