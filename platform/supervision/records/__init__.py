"""The register of enforcement acts, and how they come in: files, the API, connected systems (Arts. 11(5), 17)."""
