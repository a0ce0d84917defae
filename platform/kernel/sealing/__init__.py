"""The audit trail made provable: Merkle trees over committed entries, chained heads, proofs, verification.

`format` and `trees` are the documented format (docs/audit.md); `sealer` makes seals, `proofs` and `files` hand
them out, `checking` and `online` find what was tampered with, `keeping` countersigns heads for the level above.
"""
