"""What is done with enforcement records and what rule models find in them (Arts. 8(1), 10(7), 11(5)). Joined by
`policy.vocabulary`."""

from collections.abc import Mapping
from typing import Final

RECORD_ACTS: Final[Mapping[str, Mapping[str, str]]] = {
    "enforcement_record": {
        "list": "查看行政执法案件清单", "read": "查看行政执法案件", "read_imports": "查看导入情况和待修正数据",
        "import": "导入行政执法案件", "unmask": "查看当事人身份"},
    "check": {
        "list": "查看模型预警清单", "read": "查看模型预警", "to_clue": "将模型预警转为线索",
        "ask": "就模型预警询问", "to_matter": "由模型预警提请立项", "dismiss": "排除模型预警",
        "switch": "启用、停用规则模型"},
    "check_question": {"list": "查看收到的询问清单", "read": "查看询问", "answer": "答复询问"},
    "benchmark": {"list": "查看裁量基准", "import": "导入裁量基准"},
}  # fmt: skip
"""Kind → action → Chinese label of the act."""
