"""A TCP proxy that fails when told: between a browser and the product."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread

MODES = ("pass", "refuse", "drop_replies", "double")
PUSH = b"POST /field/api/sync/push"
RESET = struct.pack("ii", 1, 0)


class Chaos:
    """Forward to `target`; `mode` says how badly."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.mode = "pass"
        self.faults = 0
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        """Reset every connection, in the middle of whatever is on its way."""
        with self._lock:
            lines, self._open = list(self._open), set()
        for line in lines:
            _reset(line)

    def close(self) -> None:
        """End it."""
        self.cut()
        self._door.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            Thread(target=self._carry, args=[client], daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        if self.mode == "refuse":
            self.faults += 1
            return _reset(client)
        try:
            server = socket.create_connection(("127.0.0.1", self.target), timeout=5)
        except OSError:
            return _reset(client)
        server.settimeout(None)
        with self._lock:
            self._open |= {client, server}
        sent = bytearray()
        Thread(target=self._up, args=[client, server, sent], daemon=True).start()
        self._down(client, server, sent)

    def _up(
        self, client: socket.socket, server: socket.socket, sent: bytearray
    ) -> None:
        with suppress(OSError):
            while chunk := client.recv(65536):
                if chunk.startswith((b"POST ", b"GET ")):
                    sent.clear()
                sent += chunk
                server.sendall(chunk)
        self._end(client, server)

    def _down(
        self, client: socket.socket, server: socket.socket, sent: bytearray
    ) -> None:
        with suppress(OSError):
            while chunk := server.recv(65536):
                is_push = sent.startswith(PUSH)
                if is_push and self.mode == "drop_replies":
                    self.faults += 1
                    break
                if is_push and self.mode == "double":
                    self.faults += 1
                    self._again(bytes(sent))
                    sent.clear()
                client.sendall(chunk)
        self._end(client, server)

    def _again(self, request: bytes) -> None:
        """The same bytes once more, on a line of their own; nobody hears the answer."""
        with (
            suppress(OSError),
            socket.create_connection(("127.0.0.1", self.target), 5) as line,
        ):
            line.sendall(request)
            line.recv(65536)

    def _end(self, *lines: socket.socket) -> None:
        with self._lock:
            self._open -= set(lines)
        for line in lines:
            _reset(line)


def _reset(line: socket.socket) -> None:
    with suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        line.shutdown(socket.SHUT_RDWR)
    line.close()


@contextmanager
def between(target: int) -> Iterator[Chaos]:
    """A proxy before this port."""
    chaos = Chaos(target)
    try:
        yield chaos
    finally:
        chaos.close()
