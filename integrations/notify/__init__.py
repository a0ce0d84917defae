"""Notices outside the product: e-mail, SMS, government messaging (docs/notices.md)."""
