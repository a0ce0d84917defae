"""Backup and restore: encrypted base backups, write-ahead log and files, to any chosen second.

Layout of the backup folder (everything but `mark` is encrypted, kernel.backup.stream):
`mark` (tells this folder from an empty mount point), `blobs/` (files of all histories, each once, under a keyed name),
`<history>/bases/<id>/` (`database`, `blobs`, `manifest`), `<history>/wal/<segment>`, `<history>/keys/<id>`; the keys go
to a folder of their own where the operator names one. A history is one line of a database's past: a restored database
begins a new one, so that no two databases ever write the same segment.
"""
