-- Findings by gravity and content item (Art. 19).
SELECT r.organ_id, 'findings.established', r.gravity, r.established_on, 1 WHERE r.state <> 'dropped'
UNION ALL SELECT r.organ_id, 'findings.content', r.content_item, r.established_on, 1 WHERE r.state <> 'dropped'
UNION ALL SELECT r.organ_id, 'findings.rectified', r.gravity, r.established_on, 1
    WHERE r.state IN ('rectified', 'executed')
