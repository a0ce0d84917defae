-- Acts under reconsideration or litigation (Art. 20).
SELECT r.organ_id, 'remedies.filed', r.kind, r.filed_on, 1
