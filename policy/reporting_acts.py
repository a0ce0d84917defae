"""What is done with returns, yearly papers and the plan of the year (Arts. 11, 12). Joined by `policy.vocabulary`."""

from collections.abc import Mapping
from typing import Final

REPORTING_ACTS: Final[Mapping[str, Mapping[str, str]]] = {
    "return": {
        "list": "查看统计报表清单",
        "read": "查看统计报表",
        "fill": "填报统计报表",
        "validate": "提交审核",
        "return_draft": "退回填报",
        "approve": "审定统计报表",
        "submit": "报送统计报表",
        "revise": "订正统计报表",
        "export": "导出统计报表",
        "board": "查看报送情况",
        "urge": "催报统计报表",
        "send_back": "退回下级报表",
        "accept": "采用下级报表",
        "keep_line": "留存条线汇总",
    },
    "annual_paper": {
        "list": "查看年度报告和计划清单", "read": "查看年度报告和计划", "draft": "起草年度报告和计划",
        "approve": "审定年度报告和计划", "return": "退回修改年度报告和计划", "submit": "报送年度报告和计划",
        "publish": "公开年度报告和计划", "accept": "接收年度报告和计划", "send_back": "退回年度报告和计划",
        "roll_up": "汇总起草向政府的年度报告"},
    "supervision_plan": {
        "list": "查看年度监督计划清单", "read": "查看年度监督计划", "draft": "编制年度监督计划",
        "approve": "批准年度监督计划", "publish": "印发年度监督计划", "link": "关联监督计划项目",
        "export": "导出年度监督计划",
    },
}  # fmt: skip
"""Kind → action → Chinese label of the act."""
