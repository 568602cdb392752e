"""Routing engines of our own that speak the documented formats of the real ones.

Both drive on the same roads: a grid of ways where going south takes half as long again
as going north, and nothing within a degree of the equator.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

from scheduling.estimate import estimate_legs

# The town that the engines know.
MIDDLE = (51.58, -2.99)
EDGE_KM = 20.0


def drive(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """Seconds and metres of a way."""
    _, metres = estimate_legs(np.array([start]), np.array([end]))
    far = float(metres[0]) * 1.4
    slow = 1.5 if end[0] < start[0] else 1.0
    return far / 10 * slow, far


def snap(point: tuple[float, float]) -> float:
    """How far the nearest road is."""
    _, metres = estimate_legs(np.array([MIDDLE]), np.array([point]))
    return max(12.0, float(metres[0]) - EDGE_KM * 1000)


class Engine(BaseHTTPRequestHandler):
    """What both have in common; `asked` are the paths of all questions."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def answer(self, status: int, body: Any) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def is_ill(self) -> bool:
        """Answer as the test wants it, if it wants something else than the truth."""
        self.server.asked.append(self.path)
        ill = self.server.ill
        if ill is None:
            return False
        if ill == "silent":
            self.server.over.wait(20)
        elif ill == "trickle":
            self.send_response(200)
            self.end_headers()
            while not self.server.over.wait(0.05):
                try:
                    self.wfile.write(b" ")
                except OSError:
                    break
        elif isinstance(ill, int):
            self.answer(ill, {"error": "No"})
        else:
            self.answer(200, ill)
        return True

    def log_message(self, *args: Any) -> None:
        """Say nothing: the test's output is the test's."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, handler: type[Engine]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.asked: list[str] = []
        self.ill: Any = None
        self.version = "spring"
        self.over = Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Osrm(Engine):
    """`osrm-routed`: everything is in the path."""

    def do_GET(self) -> None:
        if self.is_ill():
            return
        parts = urlsplit(self.path)
        _, what, _, _, places = parts.path.split("/")
        points = [
            (float(lat), float(lon))
            for lon, lat in (place.split(",") for place in places.split(";"))
        ]
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        body = {"code": "Ok", "data_version": self.server.version}
        self.answer(200, body | getattr(self, what)(points, query))

    def nearest(self, points: list[Any], query: dict[str, str]) -> dict[str, Any]:
        return {"waypoints": [self._waypoint(points[0])]}

    def table(self, points: list[Any], query: dict[str, str]) -> dict[str, Any]:
        here = [points[int(n)] for n in query["sources"].split(";")]
        there = [points[int(n)] for n in query["destinations"].split(";")]
        told = [[drive(a, b) for b in there] for a in here]
        return {
            "durations": [[seconds for seconds, _ in row] for row in told],
            "distances": [[metres for _, metres in row] for row in told],
            "sources": [self._waypoint(point) for point in here],
            "destinations": [self._waypoint(point) for point in there],
        }

    def route(self, points: list[Any], query: dict[str, str]) -> dict[str, Any]:
        seconds, metres = drive(points[0], points[1])
        # From the format's own description: three points in the United States.
        line = "_p~iF~ps|U_ulLnnqC_mqNvxq`@"
        return {"routes": [{"geometry": line, "duration": seconds, "distance": metres}]}

    def _waypoint(self, point: tuple[float, float]) -> dict[str, Any]:
        return {"location": [point[1], point[0]], "name": "", "distance": snap(point)}


class Valhalla(Engine):
    """`valhalla_service`: everything is in the body; it refuses what is off the map."""

    def do_GET(self) -> None:
        if not self.is_ill():
            made = sum(map(ord, self.server.version))
            self.answer(200, {"version": "3.9.1", "tileset_last_modified": made})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.is_ill():
            return
        assert body["costing"] == "auto"
        getattr(self, self.path.strip("/"))(body)

    def locate(self, body: dict[str, Any]) -> None:
        self.answer(200, [self._edges(place) for place in body["locations"]])

    def sources_to_targets(self, body: dict[str, Any]) -> None:
        both = [*body["sources"], *body["targets"]]
        if any(snap(_point(place)) > 35_000 for place in both):
            self.answer(400, {"error_code": 171, "error": "No suitable edges"})
            return
        told = [
            [drive(_point(a), _point(b)) for b in body["targets"]]
            for a in body["sources"]
        ]
        table = {
            "durations": [[round(seconds) for seconds, _ in row] for row in told],
            "distances": [[metres / 1000 for _, metres in row] for row in told],
        }
        self.answer(200, {"sources_to_targets": table, "units": "kilometers"})

    def route(self, body: dict[str, Any]) -> None:
        seconds, metres = drive(*map(_point, body["locations"]))
        summary = {"time": seconds, "length": metres / 1000}
        # The same three points with a sixth digit.
        leg = {"summary": summary, "shape": "_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI"}
        self.answer(200, {"trip": {"legs": [leg], "summary": summary}})

    def _edges(self, place: dict[str, float]) -> dict[str, Any]:
        far = snap(_point(place))
        north = place["lat"] + far / 111_195
        edges = [{"correlated_lat": north, "correlated_lon": place["lon"]}]
        return {"edges": edges if far < 35_000 else []}


def _point(place: dict[str, float]) -> tuple[float, float]:
    return place["lat"], place["lon"]


@contextmanager
def running(handler: type[Engine]) -> Iterator[Server]:
    """One of them on a free port."""
    server = Server(handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
