"""The embedded broker hands every message over once and whole, however many write and read."""

from __future__ import annotations

import threading
from queue import Empty

from celery import Celery
from kombu import Connection
from kombu.transport.virtual import BrokerState

from shop_demo.broker import VISIBILITY_TIMEOUT, WholeFileTransport, broker_options
from tests.jobs.conftest import Worker

MESSAGES, WRITERS, READERS = 60, 3, 3


def test_every_message_arrives_once_and_whole(tmp_path, monkeypatch):
    # kombu remembers bindings a process, not a folder: a queue that another test bound would stay unbound in this one
    monkeypatch.setattr(WholeFileTransport, "global_state", BrokerState())
    options = broker_options("filesystem://localhost", tmp_path)
    with Connection("filesystem://localhost", transport_options=options) as connection:
        connection.SimpleQueue("loyalty").close()  # bound once, before threads race for it
    written = threading.Event()

    def write(writer: int) -> None:
        with Connection("filesystem://localhost", transport_options=options) as connection:
            queue = connection.SimpleQueue("loyalty")
            for number in range(MESSAGES):
                queue.put({"from": writer, "number": number, "text": "x" * 20_000})

    def read() -> list[tuple[int, int]]:
        got = []
        with Connection("filesystem://localhost", transport_options=options) as connection:
            assert isinstance(connection.transport, WholeFileTransport)
            channel = connection.default_channel
            while True:
                last_round = written.is_set()
                try:
                    message = channel._get("loyalty")
                except Empty:
                    if last_round:
                        return got
                    continue
                body = channel.decode_body(message["body"], message["properties"]["body_encoding"])
                got.append(body)

    readers = [Worker(read) for _ in range(READERS)]
    writers = [Worker(lambda writer=writer: write(writer)) for writer in range(WRITERS)]
    for writer in writers:
        writer.ended()
    written.set()
    bodies = [body for reader in readers for body in reader.ended()]
    assert len(bodies) == len(set(bodies)) == MESSAGES * WRITERS


def test_the_demo_sends_to_the_embedded_broker_unless_told_otherwise(settings):
    app = Celery("reading settings", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    assert app.conf.broker_url.startswith("filesystem://")
    assert app.conf.result_backend is None


def test_redis_redelivers_only_what_is_long_overdue(tmp_path):
    assert broker_options("redis://cache:6379/0", tmp_path)["visibility_timeout"] == VISIBILITY_TIMEOUT
    assert broker_options("amqp://rabbit", tmp_path) == {}
    assert not (tmp_path / "messages").exists()
