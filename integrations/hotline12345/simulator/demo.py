"""What the simulated hotline offers in the demo. Everything is invented and marked 演示."""

from __future__ import annotations

from integrations.hotline12345.messages import Caller, Order

ORDERS = (
    Order(
        number="YS2026000371",
        version=1,
        title="市民反映现场检查没有出示执法证件（演示）",
        content="来电人称店铺接受现场检查，检查人员没有出示执法证件，也没有留下检查笔录。",
        organ="许昌市建安区市场监督管理局",
        place="尚集街",
        caller=Caller("钱某某", "13900000000"),
    ),
    # Of an order that never came: refused, and taken once more when the order is here.
    Order(number="YS2026000355", version=2, action="withdraw", reason="市民撤回诉求（演示）"),
)
