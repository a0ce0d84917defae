-- Documents served, for the issuer and for the addressee (Art. 19). Copies are nobody's to answer.
SELECT r.organ_id, 'instruments.served', r.kind, r.served_on, 1 WHERE r.role = 'main'
UNION ALL SELECT r.addressee_id, 'instruments.received', r.kind, r.served_on, 1 WHERE r.role = 'main'
