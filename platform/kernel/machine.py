"""State machines as tables: states, transitions, guards, each with the article that it rests on.

The engine is generic over the facts that the guards read and knows no administrative law. A refused step
always says what is refused, why, under which article, and what to do instead; pages show the same
sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from kernel.errors import Barred, IllegalTransition

F = TypeVar("F")

SAME = "="
"""Target of a transition that leaves the state as it is."""


@dataclass(frozen=True, slots=True)
class Guard(Generic[F]):
    """A condition on the facts. `reason` is the sentence shown when it does not hold.

    `barred` marks a statutory bar (error `Barred`); any other guard is a missing precondition
    (error `IllegalTransition`).
    """

    holds: Callable[[F], bool]
    reason: str
    article: str
    remedy: str = ""
    barred: bool = False


@dataclass(frozen=True, slots=True)
class Transition(Generic[F]):
    """One action from any of `sources` to `target` (``"="``: the state stays), if all guards hold."""

    action: str
    label: str
    sources: frozenset[str]
    target: str
    article: str
    guards: tuple[Guard[F], ...] = ()
    hint: str = ""

    def reached_from(self, source: str) -> str:
        """The state after this transition when it starts in `source`."""
        return source if self.target == SAME else self.target


@dataclass(frozen=True, slots=True)
class Option:
    """An action as a page offers it: possible now, or not, with the reason and the way out."""

    action: str
    label: str
    allowed: bool
    reason: str
    article: str
    remedy: str
    hint: str


class Row(NamedTuple):
    """One line of the printed table of a machine; states are given by their labels."""

    action: str
    label: str
    sources: tuple[str, ...]
    target: str
    article: str
    guards: tuple[str, ...]


class Machine(Generic[F]):
    """A checked table of transitions.

    Building it raises ValueError for an unknown or unreachable state, two transitions for one (source,
    action), a transition without a source, label or article, and a guard without reason or article.
    """

    def __init__(
        self, name: str, initial: str, states: Mapping[str, str], transitions: Sequence[Transition[F]]
    ) -> None:
        self.name = name
        self.initial = initial
        self.states: Mapping[str, str] = dict(states)
        self.transitions = tuple(transitions)
        self._by_source = self._index()
        self._check_reachable()

    def _index(self) -> dict[str, dict[str, Transition[F]]]:
        if self.initial not in self.states:
            raise ValueError(f"{self.name}: unknown initial state {self.initial!r}")
        index: dict[str, dict[str, Transition[F]]] = {state: {} for state in self.states}
        for transition in self.transitions:
            self._check(transition)
            for source in transition.sources:
                if transition.action in index[source]:
                    raise ValueError(f"{self.name}: two transitions for {transition.action!r} in {source!r}")
                index[source][transition.action] = transition
        return index

    def _check(self, transition: Transition[F]) -> None:
        where = f"{self.name}: {transition.action!r}"
        unknown = (transition.sources | {transition.target}) - {SAME} - self.states.keys()
        if unknown or SAME in transition.sources:
            raise ValueError(f"{where}: unknown state {sorted(unknown) or SAME!r}")
        if not transition.sources:
            raise ValueError(f"{where}: no source state")
        if not transition.label or not transition.article:
            raise ValueError(f"{where}: label and article are required")
        if any(not guard.reason or not guard.article for guard in transition.guards):
            raise ValueError(f"{where}: a guard needs a reason and an article")

    def _check_reachable(self) -> None:
        missing = self.states.keys() - self.reachable(self.initial)
        if missing:
            raise ValueError(f"{self.name}: unreachable state {sorted(missing)}")

    def reachable(self, state: str) -> frozenset[str]:
        """The state itself and every state to which some path leads from it, guards left aside."""
        seen, todo = {state}, [state]
        while todo:
            here = todo.pop()
            for transition in self._by_source[here].values():
                there = transition.reached_from(here)
                if there not in seen:
                    seen.add(there)
                    todo.append(there)
        return frozenset(seen)

    def label(self, state: str) -> str:
        """The Chinese label of a state. Raises ValueError for a state that the machine does not have."""
        self._known(state)
        return self.states[state]

    def is_final(self, state: str) -> bool:
        """Whether no action leads out of the state."""
        self._known(state)
        return all(t.reached_from(state) == state for t in self._by_source[state].values())

    def step(self, state: str, action: str, facts: F) -> Transition[F]:
        """The transition for an action, if it is possible now; the next state is `reached_from(state)`.

        Raises Barred if a statutory bar stands in the way (it is named before anything else),
        IllegalTransition for a wrong state or an unmet condition, both with reason, article and remedy;
        ValueError for a state that the machine does not have.
        """
        self._known(state)
        transition = self._by_source[state].get(action)
        if transition is None:
            raise self._wrong_state(state, action)
        guard = self._obstacle(transition, facts)
        if guard is not None:
            error = Barred if guard.barred else IllegalTransition
            raise error(
                f"暂不能{transition.label}。{_sentence(guard.reason)}",
                article=guard.article,
                remedy=guard.remedy or None,
                detail={"action": action, "state": state},
            )
        return transition

    def options(self, state: str, facts: F, *, ahead: bool = False) -> list[Option]:
        """Every action of the present state in table order, possible ones and refused ones with the reason.

        With `ahead`, also the actions of states that can still be reached from here, refused because of the
        state: what a page lists under 暂不能办理 so that the reader sees what comes later.
        """
        self._known(state)
        here = self._by_source[state]
        found = [self._option(t, facts) for t in self.transitions if here.get(t.action) is t]
        if ahead:
            found += self._later(state)
        return found

    def describe(self) -> list[Row]:
        """The table in the order in which it was written, for documents that must not drift from the code."""
        return [
            Row(
                t.action,
                t.label,
                tuple(label for state, label in self.states.items() if state in t.sources),
                "不变" if t.target == SAME else self.states[t.target],
                t.article,
                tuple(guard.reason for guard in t.guards),
            )
            for t in self.transitions
        ]

    def _option(self, transition: Transition[F], facts: F) -> Option:
        guard = self._obstacle(transition, facts)
        return Option(
            action=transition.action,
            label=transition.label,
            allowed=guard is None,
            reason=_sentence(guard.reason) if guard else "",
            article=guard.article if guard else transition.article,
            remedy=guard.remedy if guard else "",
            hint=transition.hint,
        )

    def _later(self, state: str) -> Iterator[Option]:
        ahead = self.reachable(state) - {state}
        seen = set(self._by_source[state])
        for t in self.transitions:
            if t.action in seen or not t.sources & ahead:
                continue
            seen.add(t.action)
            yield Option(t.action, t.label, False, self._where(state, t.action), t.article, "", t.hint)

    def _obstacle(self, transition: Transition[F], facts: F) -> Guard[F] | None:
        failing = [guard for guard in transition.guards if not guard.holds(facts)]
        return next((guard for guard in failing if guard.barred), failing[0] if failing else None)

    def _wrong_state(self, state: str, action: str) -> IllegalTransition:
        same = [t for t in self.transitions if t.action == action]
        detail = {"action": action, "state": state}
        if not same:
            return IllegalTransition(f"没有“{action}”这一办理步骤。", detail=detail)
        message = f"暂不能{same[0].label}。{self._where(state, action)}"
        return IllegalTransition(message, article=same[0].article, detail=detail)

    def _where(self, state: str, action: str) -> str:
        wanted = {source for t in self.transitions if t.action == action for source in t.sources}
        places = "、".join(f"“{label}”" for name, label in self.states.items() if name in wanted)
        return f"当前状态为“{self.states[state]}”，须在{places}状态下办理。"

    def _known(self, state: str) -> None:
        if state not in self.states:
            raise ValueError(f"{self.name}: unknown state {state!r}")


def _sentence(text: str) -> str:
    return text if text.endswith("。") else f"{text}。"
