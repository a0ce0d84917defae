"""What leads out of the product, as policy speaks of it: notices, webhooks, keys. Joined by `policy.vocabulary`."""

from collections.abc import Mapping
from typing import Final

OUTSIDE: Final[Mapping[str, Mapping[str, str]]] = {
    "notice": {"settings": "设置本人的消息", "prove": "查看送达证明"},
    "notice_channel": {"read": "查看通知渠道", "test": "发送测试消息", "replay": "重新发送通知"},
    "webhook": {
        "read": "查看网络回调",
        "manage": "维护网络回调",
        "rotate": "轮换网络回调的签名密钥",
        "replay": "重新投递网络回调",
    },
    "api_key": {"read": "查看接口密钥", "make": "新建接口密钥", "rotate": "轮换接口密钥", "revoke": "吊销接口密钥"},
}
"""Kind → action → Chinese label of the act."""
