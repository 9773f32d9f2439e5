"""The event file that TensorBoard reads: records that are on their way before the call returns."""

from __future__ import annotations

import os
import socket
import struct
import time
from pathlib import Path
from typing import Any

from tensorboardX.proto.event_pb2 import Event
from tensorboardX.record_writer import masked_crc32c
from tensorboardX.writer import FileWriter


class EventFile:
    """Events in one new file of a folder.

    Each event is handed to the operating system in one piece before :meth:`add_event` returns, so
    a killed process loses none. (tensorboardX's own writer passes events through a queue to a
    thread, and what is in the queue is lost.)

    The file is a sequence of TFRecords: the length, its checksum, the bytes, their checksum.
    """

    def __init__(self, folder: str, suffix: str = "") -> None:
        Path(folder).mkdir(parents=True, exist_ok=True)
        # TensorBoard reads the files of a folder in the order of their names.
        place = f"{time.time():017.6f}.{socket.gethostname()}.{os.getpid()}"
        self._folder = folder
        path = Path(folder, f"events.out.tfevents.{place}{suffix}")
        self._file = path.open("xb", buffering=0)
        self.add_event(Event(wall_time=time.time(), file_version="brain.Event:2"))

    def get_logdir(self) -> str:
        """The folder that the file is in."""
        return self._folder

    def add_event(self, event: Any) -> None:
        """Write one event."""
        data = event.SerializeToString()
        length = struct.pack("<Q", len(data))
        checks = [struct.pack("<I", masked_crc32c(each)) for each in (length, data)]
        self._file.write(length + checks[0] + data + checks[1])

    def flush(self) -> None:
        """Wait until everything is on the disk, which outlasts even a power failure."""
        if not self._file.closed:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Write no more."""
        self._file.close()


class DirectWriter(FileWriter):
    """tensorboardX's writer of summaries, on an :class:`EventFile`."""

    def __init__(self, folder: str, suffix: str = "") -> None:
        self.event_writer = EventFile(folder, suffix)
        self._default_metadata: dict[str, Any] = {}
