"""Background work: the outbox's relay, the workers, the schedule, and the actors that call the services."""
