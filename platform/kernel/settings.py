"""Every setting of the product in one typed place. The table in docs/operations.md is generated from `FIELDS`."""

from __future__ import annotations

import functools
import hashlib
import os
import secrets
import sys
from dataclasses import dataclass, field, fields
from pathlib import Path
from uuid import UUID, uuid5

from kernel.places import checkout

CELLS = UUID("5d0a4f0e-7f0b-5c1e-9a55-2f5a3c1b8e11")
"""Namespace of the city cells' ids."""


def _env(name: str, doc: str, default: str = "", secret: bool = False) -> str:
    return field(default=default, metadata={"env": name, "doc": doc, "secret": secret})


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set. Each field is read from its environment variable; empty means the default."""

    home: str = _env(
        "ZHUNSHENG_HOME",
        "Folder of the embedded database, files and secrets (as root: /var/lib/zhunsheng/…; else .zhunsheng/ of a "
        "checkout, ~/.local/share/zhunsheng of a wheel)",
    )
    database_url: str = _env(
        "ZHUNSHENG_DATABASE_URL",
        "An existing PostgreSQL ≥ 15 as the role that owns the tables; empty: the embedded one",
        secret=True,
    )
    app_database_url: str = _env(
        "ZHUNSHENG_APP_DATABASE_URL",
        "The same database as the application's role; empty: derived from the owner's address",
        secret=True,
    )
    role_prefix: str = _env(
        "ZHUNSHENG_ROLE_PREFIX",
        "Prefix of the database roles <prefix>_app and <prefix>_definer",
        "zhunsheng",
    )
    broker_url: str = _env(
        "ZHUNSHENG_BROKER_URL",
        "amqp://… for RabbitMQ; empty: the same PostgreSQL through dramatiq-postgres",
        secret=True,
    )
    city: str = _env("ZHUNSHENG_CITY", "Division code of the city that this installation serves", "411000")
    host: str = _env("ZHUNSHENG_HOST", "Address that the web server binds", "127.0.0.1")
    port: str = _env("ZHUNSHENG_PORT", "Port of the web server; empty: the first free one from 8000")
    web_workers: str = _env("ZHUNSHENG_WEB_WORKERS", "Web processes", "1")
    worker_threads: str = _env("ZHUNSHENG_WORKER_THREADS", "Threads of one job worker", "4")
    pool_size: str = _env("ZHUNSHENG_POOL_SIZE", "Database connections per process", "10")
    demo: str = _env("ZHUNSHENG_DEMO", "1: demo mode (demo city, demo clock, marked pages); never in production")
    public_url: str = _env("ZHUNSHENG_PUBLIC_URL", "Address printed on documents for verification")
    cookie_secure: str = _env(
        "ZHUNSHENG_COOKIE_SECURE", "1: session cookies only over TLS (the default outside demo mode)"
    )
    session_idle_minutes: str = _env("ZHUNSHENG_SESSION_IDLE_MINUTES", "Idle minutes before a session ends", "30")
    max_upload_mb: str = _env("ZHUNSHENG_MAX_UPLOAD_MB", "Largest single file in MB", "500")
    font_dir: str = _env("ZHUNSHENG_FONT_DIR", "Folder with licensed fonts for documents; empty: free fonts")
    audit_hash: str = _env("ZHUNSHENG_AUDIT_HASH", "Hash of the audit trail's seals: sm3 or sha256", "sm3")
    audit_heads: str = _env(
        "ZHUNSHENG_AUDIT_HEADS",
        "Folder outside the database to which audit heads are appended; empty: audit/ in the home",
    )
    backup_dir: str = _env(
        "ZHUNSHENG_BACKUP_DIR",
        "Folder of the backups, on another disk; set: `up` archives the log all the time and makes daily base backups",
    )
    backup_key: str = _env("ZHUNSHENG_BACKUP_KEY", "Key file of the backups (`zhunsheng backup key FILE` makes one)")
    backup_keys_dir: str = _env(
        "ZHUNSHENG_BACKUP_KEYS_DIR", "Folder for the backups of `secrets/` alone; empty: in the backup folder"
    )
    backup_keep_days: str = _env("ZHUNSHENG_BACKUP_KEEP_DAYS", "Days whose every second stays restorable", "30")
    backup_at: str = _env("ZHUNSHENG_BACKUP_AT", "Shanghai time of the daily base backup, HH:MM; off: none", "01:30")
    backup_wal: str = _env(
        "ZHUNSHENG_BACKUP_WAL",
        "Folder where an external PostgreSQL leaves finished log segments, which are taken from there",
    )
    log_level: str = _env("ZHUNSHENG_LOG_LEVEL", "Level of the JSON log", "INFO")
    otlp_endpoint: str = _env(
        "ZHUNSHENG_OTLP_ENDPOINT", "Where traces are sent over OTLP/HTTP (http://…:4318/v1/traces); empty: no traces"
    )
    metrics_token: str = _env(
        "ZHUNSHENG_METRICS_TOKEN",
        "Bearer token of /metrics, at least 16 characters; empty: the content of `secrets/metrics.key`",
        secret=True,
    )
    smtp_url: str = _env(
        "ZHUNSHENG_SMTP_URL",
        "Mail server for notices: smtp://user:password@host:587 (STARTTLS) or smtps://…; empty: no e-mail",
        secret=True,
    )
    mail_from: str = _env("ZHUNSHENG_MAIL_FROM", "Sender address of e-mail")
    sms_url: str = _env(
        "ZHUNSHENG_SMS_URL", "HTTP gateway for text messages (docs/notices.md); empty: no text messages"
    )
    sms_token: str = _env("ZHUNSHENG_SMS_TOKEN", "Bearer token of the text message gateway", secret=True)
    message_url: str = _env(
        "ZHUNSHENG_MESSAGE_URL", "HTTP gateway of the government messaging platform; empty: no such messages"
    )
    message_token: str = _env("ZHUNSHENG_MESSAGE_TOKEN", "Bearer token of that gateway", secret=True)
    webhook_private: str = _env(
        "ZHUNSHENG_WEBHOOK_PRIVATE",
        "Comma-separated networks of the government extranet that webhooks may call, like 10.0.0.0/8; others that are "
        "private stay refused",
    )
    trusted_proxies: str = _env(
        "ZHUNSHENG_TRUSTED_PROXIES", "Comma-separated proxy addresses whose X-Forwarded-For counts"
    )

    @property
    def city_id(self) -> UUID:
        """The cell of the city: the same id on every installation, so that a city can be moved."""
        return uuid5(CELLS, self.city)

    @property
    def demo_mode(self) -> bool:
        return self.demo == "1"

    @property
    def secure_cookies(self) -> bool:
        return self.cookie_secure == "1" if self.cookie_secure else not self.demo_mode

    @property
    def home_path(self) -> Path:
        if self.home:
            return Path(self.home).resolve()
        root = checkout()
        if os.geteuid() == 0:
            tag = hashlib.sha256(str(root or sys.prefix).encode()).hexdigest()[:8]
            return Path("/var/lib/zhunsheng") / tag
        return root / ".zhunsheng" if root else Path.home() / ".local" / "share" / "zhunsheng"

    @property
    def secrets_path(self) -> Path:
        """Keys of this installation. Kept apart from the database's folder, which another user may own."""
        return self.home_path / "secrets"

    @property
    def blob_path(self) -> Path:
        return self.home_path / "blobs"

    @property
    def audit_path(self) -> Path:
        return Path(self.audit_heads) if self.audit_heads else self.home_path / "audit"

    def secret(self, name: str) -> bytes:
        """The installation's 32-byte key `name`, made at first use and readable by its owner alone."""
        path = self.secrets_path / f"{name}.key"
        try:
            return bytes.fromhex(path.read_text().strip())
        except FileNotFoundError:
            self.secrets_path.mkdir(parents=True, exist_ok=True, mode=0o700)
            value = secrets.token_bytes(32)
            temporary = path.with_suffix(f".{os.getpid()}")
            fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fd, "w") as handle:
                handle.write(value.hex())
            try:
                os.link(temporary, path)
            except FileExistsError:
                pass
            finally:
                temporary.unlink()
            return bytes.fromhex(path.read_text().strip())


FIELDS = tuple(fields(Settings))


@functools.cache
def load() -> Settings:
    """Read the environment once. Unknown ZHUNSHENG_ variables are refused, because a typing error would hide."""
    known = {f.metadata["env"]: f.name for f in FIELDS}
    allowed = set(known) | {"ZHUNSHENG_PG_BIN", "ZHUNSHENG_UPDATE_GOLDEN"}
    unknown = sorted(name for name in os.environ if name.startswith("ZHUNSHENG_") and name not in allowed)
    if unknown:
        raise SystemExit(f"unknown setting: {', '.join(unknown)} (see docs/operations.md)")
    values = {attribute: os.environ[name] for name, attribute in known.items() if os.environ.get(name)}
    return Settings(**values)
