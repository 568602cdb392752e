"""The real engines on a real city, where both are present.

The engines come as wheels that hold whole programs; which Python the wheel is for does
not matter. `ROAD_ENGINES` names the folder that they were unpacked into, else an
installed one is taken (docs/roads.md). The city is read beside the project, or in
`ROAD_CITY`.
"""

import gzip
import importlib.util
import json
import os
import shutil
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

BESIDE = Path(__file__).parents[3].parent / "shared/data/newport"
CITY = Path(os.environ.get("ROAD_CITY", BESIDE)).resolve()
NEEDED = {"osrm": "newport.osm.pbf", "valhalla": "newport_valhalla_tiles.tar.gz"}
UP_WITHIN_SECONDS = 60


def package(name: str) -> Path | None:
    """Where the wheel's package lies, or None."""
    folder = os.environ.get("ROAD_ENGINES")
    if folder:
        found = [Path(folder) / name, Path(folder) / name / name]
        return next((path for path in found if (path / "bin").is_dir()), None)
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent
    return path if (path / "bin").is_dir() else None


def missing(name: str) -> str:
    """Why the engine cannot run here; empty when it can."""
    if not (CITY / NEEDED[name]).is_file():
        return f"{CITY / NEEDED[name]} is not there"
    if package(name) is None:
        return f"no wheel of it: name its folder with ROAD_ENGINES ({name})"
    return ""


PRESENT = [name for name in NEEDED if not missing(name)]


class Running:
    """A process that can be killed, and its address."""

    def __init__(self, process: subprocess.Popen[bytes], url: str) -> None:
        self.process, self.url = process, url

    def kill(self) -> None:
        """As a machine dies: without a word."""
        self.process.kill()
        self.process.wait()


@contextmanager
def running(name: str, folder: Path) -> Iterator[Running]:
    """The engine on a free port, with the city's roads; built first where need be."""
    port = _free_port()
    wheel = package(name)
    assert wheel is not None
    command = {"osrm": _osrm, "valhalla": _valhalla}[name](wheel, folder, port)
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    found = Running(process, f"http://127.0.0.1:{port}")
    try:
        _until_it_answers(found, folder / f"{name}.log")
        yield found
    finally:
        found.kill()


def _osrm(wheel: Path, folder: Path, port: int) -> list[str]:
    pbf = folder / "city.osm.pbf"
    if not pbf.exists():
        shutil.copyfile(CITY / NEEDED["osrm"], pbf)
        profile = str(wheel / "share/profiles/car.lua")
        for words in (
            ["osrm-extract", "-p", profile, "--data_version", "2023-06-13", pbf.name],
            ["osrm-contract", "city.osrm"],
        ):
            program = _program(wheel, words[0])
            subprocess.run(
                [program, *words[1:]], cwd=folder, check=True, capture_output=True
            )
    routed = _program(wheel, "osrm-routed")
    return [routed, "-i", "127.0.0.1", "-p", str(port), "city.osrm"]


def _valhalla(wheel: Path, folder: Path, port: int) -> list[str]:
    tiles = folder / "tiles.tar"
    if not tiles.exists():
        packed = (CITY / NEEDED["valhalla"]).read_bytes()
        tiles.write_bytes(gzip.decompress(packed))
    config = _config(wheel)
    config["mjolnir"] |= {"tile_extract": str(tiles), "tile_dir": ""}
    config["thor"]["source_to_target_algorithm"] = "timedistancematrix"
    config["httpd"]["service"] |= {
        "listen": f"tcp://127.0.0.1:{port}",
        "loopback": f"ipc://{folder}/loopback",
        "interrupt": f"ipc://{folder}/interrupt",
    }
    for part in ("loki", "thor", "odin"):
        config[part]["service"]["proxy"] = f"ipc://{folder}/{part}"
    (folder / "valhalla.json").write_text(json.dumps(config))
    return [_program(wheel, "valhalla_service"), "valhalla.json", "1"]


def _config(wheel: Path) -> dict[str, Any]:
    """The wheel's own defaults, without what it leaves open."""
    path = wheel / "valhalla_build_config.py"
    spec = importlib.util.spec_from_file_location("valhalla_defaults", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    config = _set(module.config, module.Optional)
    for name in ("admin", "timezone", "landmarks", "traffic_extract", "transit_dir"):
        config["mjolnir"].pop(name, None)
    config["additional_data"].pop("elevation", None)
    return config


def _set(values: dict[str, Any], is_open: type) -> dict[str, Any]:
    return {
        name: _set(value, is_open) if isinstance(value, dict) else value
        for name, value in values.items()
        if not isinstance(value, is_open)
    }


def _program(wheel: Path, name: str) -> str:
    """The program, which an unpacked wheel does not mark as one."""
    path = wheel / "bin" / name
    if not os.access(path, os.X_OK):
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _until_it_answers(found: Running, log: Path) -> None:
    ends = time.monotonic() + UP_WITHIN_SECONDS
    while time.monotonic() < ends:
        assert found.process.poll() is None, log.read_text()[-2000:]
        try:
            urlopen(f"{found.url}/status", timeout=1).close()
        except URLError as error:
            if hasattr(error, "code"):
                return
            found_line = getattr(error, "reason", None)
            assert found_line is not None
        except TimeoutError:
            continue
        else:
            return
    raise AssertionError(f"It did not come up: {log.read_text()[-2000:]}")
