"""What is done with the channels that clues come by (Arts. 15, 17), beside the acts of the clue itself."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CHANNEL_ACTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "overview": "查看线索统筹",
        "report": "登记媒体、社会监督员线索",
        "judge_duplicates": "处理重复线索建议",
        "list_orders": "查看热线工单",
        "receive_order": "接收热线工单",
        "return_order": "提出退回热线工单",
        "list_supervisors": "查看社会监督员名册",
        "appoint": "聘任社会监督员",
        "end_appointment": "终止社会监督员聘任",
    }
)
"""Act → its label."""
