"""The state machine engine: what it refuses to be built from, and what it says when it refuses a step."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from kernel.errors import Barred, IllegalTransition
from kernel.machine import SAME, Guard, Machine, Transition


@dataclass(frozen=True)
class Door:
    has_key: bool = True
    sealed: bool = False


KEY: Guard[Door] = Guard(lambda d: d.has_key, "没有钥匙", "3", "请先领取钥匙。")
SEAL: Guard[Door] = Guard(lambda d: not d.sealed, "门已封存。", "9(2)", "解封后再办理。", barred=True)
STATES = {"closed": "关着", "open": "开着", "gone": "已拆除"}


def move(action: str, sources: str, target: str, *guards: Guard[Door], label: str = "") -> Transition[Door]:
    return Transition(action, label or action, frozenset(sources.split()), target, "1", guards)


TABLE = (
    move("open", "closed", "open", KEY, SEAL, label="开门"),
    move("close", "open", "closed", label="关门"),
    move("paint", "open closed", SAME, label="刷漆"),
    move("remove", "open", "gone", SEAL, label="拆除"),
)
DOOR: Machine[Door] = Machine("door", "closed", STATES, TABLE)


def test_a_step_gives_the_transition() -> None:
    assert DOOR.step("closed", "open", Door()).target == "open"
    assert DOOR.step("open", "paint", Door()).reached_from("open") == "open"


def test_a_wrong_state_is_named_with_the_right_ones() -> None:
    with pytest.raises(IllegalTransition) as caught:
        DOOR.step("gone", "paint", Door())
    assert caught.value.message == "暂不能刷漆。当前状态为“已拆除”，须在“关着”、“开着”状态下办理。"
    assert caught.value.article == "1"


def test_an_unknown_action_is_refused() -> None:
    with pytest.raises(IllegalTransition, match="没有“fly”这一办理步骤。"):
        DOOR.step("open", "fly", Door())


def test_an_unmet_condition_has_reason_article_and_remedy() -> None:
    with pytest.raises(IllegalTransition) as caught:
        DOOR.step("closed", "open", Door(has_key=False))
    assert caught.value.message == "暂不能开门。没有钥匙。"
    assert (caught.value.article, caught.value.remedy) == ("3", "请先领取钥匙。")


def test_a_statutory_bar_is_named_before_a_missing_condition() -> None:
    with pytest.raises(Barred) as caught:
        DOOR.step("closed", "open", Door(has_key=False, sealed=True))
    assert caught.value.message == "暂不能开门。门已封存。"
    assert caught.value.article == "9(2)"


def test_options_tell_what_is_possible_and_what_is_not() -> None:
    options = {o.action: o for o in DOOR.options("closed", Door(has_key=False))}
    assert list(options) == ["open", "paint"]
    assert options["paint"].allowed
    assert (options["open"].allowed, options["open"].reason, options["open"].article) == (False, "没有钥匙。", "3")


def test_options_ahead_add_what_later_states_allow() -> None:
    options = {o.action: o for o in DOOR.options("closed", Door(), ahead=True)}
    assert list(options) == ["open", "paint", "close", "remove"]
    assert options["remove"].reason == "当前状态为“关着”，须在“开着”状态下办理。"
    assert DOOR.options("gone", Door(), ahead=True) == []


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("facts", [Door(), Door(has_key=False), Door(sealed=True)])
def test_options_and_step_never_disagree(state: str, facts: Door) -> None:
    for option in DOOR.options(state, facts, ahead=True):
        if option.allowed:
            assert DOOR.step(state, option.action, facts).action == option.action
        else:
            with pytest.raises((IllegalTransition, Barred), match=option.reason):
                DOOR.step(state, option.action, facts)


def test_the_table_can_be_printed() -> None:
    rows = DOOR.describe()
    assert rows[0] == ("open", "开门", ("关着",), "开着", "1", ("没有钥匙", "门已封存。"))
    assert rows[2].target == "不变"


def test_final_states_and_labels() -> None:
    assert DOOR.is_final("gone")
    assert not DOOR.is_final("open")
    assert DOOR.label("open") == "开着"
    with pytest.raises(ValueError, match="unknown state"):
        DOOR.step("ajar", "open", Door())


@pytest.mark.parametrize(
    ("initial", "table", "message"),
    [
        ("ajar", TABLE, "unknown initial"),
        ("closed", (*TABLE, move("x", "ajar", "open")), "unknown state"),
        ("closed", (*TABLE, move("x", "open", "ajar")), "unknown state"),
        ("closed", (*TABLE, move("x", "=", "open")), "unknown state"),
        ("closed", (*TABLE, move("open", "closed", "gone")), "two transitions"),
        ("closed", TABLE[:3], "unreachable"),
        ("closed", (*TABLE, move("x", "", "open")), "no source"),
        ("closed", (*TABLE, Transition("x", "某", frozenset({"open"}), "gone", "")), "article"),
        ("closed", (*TABLE, move("x", "open", "gone", Guard(lambda _: True, "", "1"))), "guard"),
    ],
)
def test_a_faulty_table_cannot_be_built(initial: str, table: tuple[Transition[Door], ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Machine("door", initial, STATES, table)
