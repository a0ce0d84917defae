-- Officers in the files (Art. 10(4)).
SELECT r.organ_id, 'officers.present', '', r.joined_on, 1
UNION ALL SELECT r.organ_id, 'officers.present', '', r.left_on, -1
