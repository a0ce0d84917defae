"""The demo city: accounts and cases, all invented and marked as such."""
