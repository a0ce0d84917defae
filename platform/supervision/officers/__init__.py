"""What officers and their organs are told about certificates, hours and bodies (Article 10)."""
