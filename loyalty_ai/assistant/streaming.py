"""A thread as server-sent events: what is new as soon as PostgreSQL says so, a heartbeat in between, and an end."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import psycopg
from asgiref.sync import sync_to_async
from django.db import connection

from loyalty_ai.assistant.delivery import CHANNEL

logger = logging.getLogger(__name__)

MOST = 50
"""Streams at once in this process, each with a connection of its own to the database; whoever comes later asks again and again."""

LONGEST_SECONDS = 120
HEARTBEAT_SECONDS = 10.0
LOOK_SECONDS = 2.0
"""The thread is read anew after so long without news: a worker that died says nothing."""

_open = 0


def room() -> bool:
    """Whether another stream may be opened here."""
    return _open < MOST


async def events(read: Callable[[], dict[str, Any]]) -> AsyncIterator[str]:
    """`thread` events with what `read` gives whenever that changed, until nothing is on its way any more; then `end`."""
    global _open
    _open += 1
    try:
        async with await psycopg.AsyncConnection.connect(**await _parameters(), autocommit=True) as listener:
            await listener.execute(f"LISTEN {CHANNEL}")
            async for event in _follow(read, listener):
                yield event
    except psycopg.Error as error:
        logger.warning("a stream ended early: %s", error)
    finally:
        _open -= 1
    yield "event: end\ndata: {}\n\n"


async def _follow(read: Callable[[], dict[str, Any]], listener: psycopg.AsyncConnection) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    until, beat, last = loop.time() + LONGEST_SECONDS, loop.time() + HEARTBEAT_SECONDS, None
    while loop.time() < until:
        now = await sync_to_async(read)()
        told = [(message["id"], message["done"], message["text"], message["sentences"]) for message in now["messages"]]
        if told != last:
            last, beat = told, loop.time() + HEARTBEAT_SECONDS
            yield f"event: thread\ndata: {json.dumps(now)}\n\n"
        elif loop.time() >= beat:
            beat = loop.time() + HEARTBEAT_SECONDS
            yield ": still here\n\n"
        open_answers = {str(message["id"]) for message in now["messages"] if not message["done"]}
        if not open_answers:
            return
        async for note in listener.notifies(timeout=LOOK_SECONDS):
            if note.payload in open_answers:
                break


async def _parameters() -> dict[str, Any]:
    given = await sync_to_async(connection.get_connection_params)()
    return {key: value for key, value in given.items() if key not in ("cursor_factory", "context", "prepare_threshold")}
