-- Applications for more time (Art. 19), for the organ that asks.
SELECT r.organ_id, 'extensions.requested', '', (r.requested_at AT TIME ZONE 'Asia/Shanghai')::date, 1
