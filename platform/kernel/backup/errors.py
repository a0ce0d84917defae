"""What can be wrong with a backup. The message is a Chinese sentence that says what to do."""

from __future__ import annotations


class BackupError(Exception):
    """The backup or the restore did not take place; nothing was left half-done."""


class WrongKey(BackupError):
    """The key file is not the one with which the file was encrypted, or is no key file."""


class Damaged(BackupError):
    """A file of the backup was changed, cut off, lengthened, or exchanged for another."""


class Missing(BackupError):
    """Something that the restore needs is not in the backup."""


class Refused(BackupError):
    """The step would destroy something, or a setting or a permission is missing."""
