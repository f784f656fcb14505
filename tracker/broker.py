"""The broker of the embedded set-up: kombu's filesystem transport, made safe against reading half a message."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps

SCHEME = "rapporteur-files"
LONGEST_WAIT_SECONDS = 0.3


class Channel(filesystem.Channel):
    """Makes its folders, for their owner alone; a message gets its name only once it is completely written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for folder in (Path(self.data_folder_out).parent, Path(self.data_folder_out), self.control_folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}"
        draft = folder / f".{name}.draft"
        try:
            draft.write_bytes(str_to_bytes(dumps(message)))
            os.replace(draft, folder / f"{name}.{queue}.msg")
        except OSError as error:
            raise ChannelError(f"cannot write a message to {folder} ({error.strerror})") from error


class Transport(filesystem.Transport):
    Channel = Channel

    def drain_events(self, connection: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Wait in short turns: between two of them the worker notices that it was asked to stop."""
        asked = kwargs.get("timeout")
        super().drain_events(connection, timeout=min(asked or LONGEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS))


def transport_options(folder: Path) -> dict[str, str | float]:
    """The options that make both sides meet in ``folder``."""
    return {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.1,
    }


def register() -> None:
    """Make ``rapporteur-files://`` an address that Celery understands."""
    TRANSPORT_ALIASES[SCHEME] = "tracker.broker:Transport"
