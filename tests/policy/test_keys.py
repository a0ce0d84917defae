"""What the policy lets a key of the API do: these acts, in no organ and in no standing another one."""

from __future__ import annotations

from policy.engine import Question, default_policy
from policy.vocabulary import LABELS, ORGAN_CLASSES, RELATIONS, STANDINGS

MAY = {
    "clue": {"list", "read", "register"},
    "matter": {"list", "read"},
    "instrument:urging_letter": {"list", "read"},
    "instrument:opinion": {"list", "read"},
    "instrument:internal_notice": {"list", "read"},
    "delivery": {"read", "download"},
    "reply": {"draft", "read", "read_submitted"},
    "extension": {"read"},
    "objection": {"read"},
    "report": {"list", "read"},
    "decision": {"list", "read"},
    "deadline": {"read"},
    "officer": {"list", "read", "add", "change", "leave", "enter_training", "enter_examination", "import"},
    "enforcement_body": {"list", "read", "manage"},
    "statistics": {"read"},
    "return": {"list", "read", "fill", "validate"},
    "annual_paper": {"list", "read", "draft"},
    "enforcement_record": {"list", "read", "read_imports", "import"},
    "organ": {"list", "read"},
    "relation": {"read"},
    "rulebook": {"read"},
    "calendar": {"read"},
}
"""Nothing that decides, approves, signs, serves, or shows a complainant or a citizen's number."""


def test_a_key_may_do_this_and_nothing_else() -> None:
    policy, allowed = default_policy(), dict[str, set[str]]()
    for kind, action in LABELS:
        for organ_class in ORGAN_CLASSES:
            for relation in RELATIONS:
                for standing in STANDINGS:
                    asked = Question(organ_class, frozenset({"api_key"}), relation, kind, action, standing)
                    if policy.point(asked, "api_key").allowed:
                        allowed.setdefault(kind, set()).add(action)
    assert allowed == MAY
