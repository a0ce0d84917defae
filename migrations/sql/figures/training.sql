-- Hours of training (Art. 10(1)).
SELECT r.organ_id, 'training.hours', '', r.held_on, r.hours
