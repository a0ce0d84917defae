"""Outgoing webhooks after the Standard Webhooks specification (docs/webhooks.md)."""
