-- Matters by mode, content item and stage (Arts. 7, 11), for the organ that handles them.
SELECT r.organ_id, 'matters.opened', r.mode, r.opened_on, 1
UNION ALL SELECT r.organ_id, 'matters.open', '', r.opened_on, 1
UNION ALL SELECT r.organ_id, 'matters.content', item, r.opened_on, 1 FROM unnest(r.content_items) AS item
UNION ALL SELECT r.organ_id, 'matters.closed', r.mode, r.closed_on, 1 WHERE r.state = 'closed'
UNION ALL SELECT r.organ_id, 'matters.open', '', r.closed_on, -1 WHERE r.state = 'closed'
UNION ALL SELECT r.organ_id, 'matters.stage', r.stage, r.opened_on, 1 WHERE r.state IN ('open', 'closing', 'suspended')
