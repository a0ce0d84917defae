"""What runs and how it fares: traces, figures, signs of life, the state of the installation and what to do about it.

`tracing` follows one request through outbox and job; `figures` counts within a process; `signs` carries both to the
database, where any web process finds them; `state` reads the whole, `judging` says what it means, `exposition` gives
it to Prometheus. Nothing here holds personal data.
"""
