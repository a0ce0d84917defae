"""The RabbitMQ of the tests, where one answers."""

from __future__ import annotations

import contextlib
import socket

import pika

RABBITMQ = "amqp://guest:guest@127.0.0.1:5672"
QUEUES = ("test", "default", "deadlines")


def rabbitmq_answers() -> bool:
    try:
        socket.create_connection(("127.0.0.1", 5672), timeout=0.5).close()
    except OSError:
        return False
    return True


def delete_queues(prefix: str) -> None:
    """Remove the queues whose names begin with `prefix`, with all that they hold."""
    connection = pika.BlockingConnection(pika.URLParameters(RABBITMQ))
    with contextlib.closing(connection):
        channel = connection.channel()
        for queue in QUEUES:
            for suffix in ("", ".DQ", ".XQ"):
                channel.queue_delete(f"{prefix}{queue}{suffix}")


def purge_queues(prefix: str) -> None:
    """Empty them: what waits for delivery is lost, what workers hold is not."""
    connection = pika.BlockingConnection(pika.URLParameters(RABBITMQ))
    with contextlib.closing(connection):
        channel = connection.channel()
        for queue in QUEUES:
            for suffix in ("", ".DQ", ".XQ"):
                channel.queue_purge(f"{prefix}{queue}{suffix}")
