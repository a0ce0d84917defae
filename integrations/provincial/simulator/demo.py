"""What the simulated province offers in the demo. Everything is invented and marked 演示."""

from __future__ import annotations

from integrations.provincial.simulator.store import Store

ORGANS = (
    ("O-001", {"name": "许昌市建安区城市管理局", "level": "county"}),
    ("O-002", {"name": "许昌市建安区执法协调中心（演示）", "level": "county"}),
)
CERTIFICATES = (
    (
        "C-001",
        {
            "number": "演示16100000001", "kind": "enforcement", "holder_name": "演示甲",
            "citizen_id": "110101199003070011", "organ_name": "许昌市建安区城市管理局",
            "valid_from": "2024-01-01", "valid_until": "2028-12-31", "status": "valid",
        },
    ),
)  # fmt: skip


def fill(store: Store) -> None:
    """Offer it, once."""
    store.offer("organ", [(organ_id, 1, data) for organ_id, data in ORGANS])
    store.offer("certificate", [(certificate_id, 1, data) for certificate_id, data in CERTIFICATES])
