"""A model whose condition, parameters or sentence changed has a new version: a hit names the one that found it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from supervision.checks import compiling
from supervision.checks.rules import Rule, catalogue

KNOWN = Path(__file__).with_name("rule_versions.txt")
SETS = Path(compiling.__file__).with_name("sql")


def _digest(rule: Rule) -> str:
    """Of what decides whether a model finds something, and of what it says then."""
    said = (
        rule.when,
        rule.facts,
        rule.sentence,
        rule.severity,
        rule.kinds,
        rule.days,
        rule.money,
        rule.lines,
        rule.grave,
    )
    asked = (SETS / f"{rule.set}.sql").read_bytes() if rule.set else b""
    return hashlib.sha256(msgspec.json.encode(said, order="sorted") + asked).hexdigest()[:16]


def test_a_changed_model_has_a_new_version() -> None:
    """When this fails: raise the `version` of the models named, and write their lines into rule_versions.txt anew."""
    known = {line.split()[0]: line for line in KNOWN.read_text("utf-8").splitlines()}
    now = {rule.id: f"{rule.id} {rule.version} {_digest(rule)}" for rule in catalogue().values()}
    assert now.keys() == known.keys()
    changed = {line for rule, line in now.items() if line != known[rule]}
    assert not changed, "\n".join(sorted(changed))
