"""The embedded broker: kombu's `filesystem://` with messages that appear whole, and the options of every broker."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Any

import kombu.transport
from kombu.transport import filesystem
from kombu.utils.json import dumps

VISIBILITY_TIMEOUT = 3600
"""Seconds after which Redis hands a message that was not acknowledged to another worker; a chunk takes at most a quarter."""


class WholeFileChannel(filesystem.Channel):
    """Renames a message into the queue when it is written; kombu writes in place, where a reader may find it empty."""

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:
        folder = Path(self.data_folder_out)
        name = f"{uuid.uuid1().time:020}_{uuid.uuid4()}"
        draft = folder / f"{name}.draft"
        draft.write_text(dumps(payload))
        os.replace(draft, folder / f"{name}.{queue}.msg")


class WholeFileTransport(filesystem.Transport):
    Channel = WholeFileChannel


kombu.transport.TRANSPORT_ALIASES["filesystem"] = "shop_demo.broker:WholeFileTransport"


def broker_options(url: str, folder: Path) -> dict[str, Any]:
    """Celery's `broker_transport_options` for a broker; the embedded one keeps its messages in `folder`."""
    scheme = url.partition(":")[0]
    if scheme == "filesystem":
        messages, control = folder / "messages", folder / "control"
        for needed in (messages, control):
            needed.mkdir(parents=True, exist_ok=True)
        return {
            "data_folder_in": str(messages),
            "data_folder_out": str(messages),
            "control_folder": str(control),
            "polling_interval": 0.5,
        }
    return {"visibility_timeout": VISIBILITY_TIMEOUT} if scheme.startswith("redis") else {}
