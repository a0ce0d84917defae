"""Both databases and both brokers take part in the gate: one that quietly left a part out would be half a gate."""

from __future__ import annotations

import os

import pytest

from tests.databases import external_answers
from tests.jobs.rabbitmq import rabbitmq_answers

WITHOUT = frozenset(os.environ.get("ZS_TEST_WITHOUT", "").replace(",", " ").split())
"""Services that a gate leaves out on purpose, and says so: `postgresql`, `rabbitmq`."""


@pytest.mark.skipif(os.environ.get("CI") != "true", reason="only the gate has to have every service")
@pytest.mark.parametrize(("name", "answers"), [("postgresql", external_answers), ("rabbitmq", rabbitmq_answers)])
def test_the_service_answers(name: str, answers: object) -> None:
    assert name in WITHOUT or (callable(answers) and answers()), f"{name} does not answer on 127.0.0.1"
