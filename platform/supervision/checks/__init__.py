"""Rule models over enforcement records: hits, their judging, benchmarks and outliers (Arts. 10(5)–(7), 11(5), 17)."""
