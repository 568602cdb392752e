"""Each engine in turn: our own two always, the real ones where they are present."""

import pytest

from tests.dispatch.roads import fakes, real

FAKES = {"osrm": fakes.Osrm, "valhalla": fakes.Valhalla}
CLASSES = {
    "osrm": "dispatch.integrations.osrm.client.OsrmProvider",
    "valhalla": "dispatch.integrations.valhalla.client.ValhallaProvider",
}
ENGINES = [f"{name} of our own" for name in FAKES]
ENGINES += [f"real {name}" for name in real.PRESENT]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which real engine was not there: its contract ran against our own."""
    for name in real.NEEDED:
        if reason := real.missing(name):
            terminalreporter.line(f"Roads: no real {name} ({reason}).")


def use(settings, name: str, url: str) -> None:
    """Set the engine as an operator would."""
    settings.ROADS_PROVIDER, settings.ROADS_CLASS = name, CLASSES[name]
    settings.ROADS_URL = url


@pytest.fixture(scope="session")
def real_engine(tmp_path_factory):
    """Start a real engine once for the run; one that was killed is started anew."""
    up, stack = {}, []

    def start(name: str):
        if name in up and up[name].process.poll() is None:
            return up[name]
        folder = up.setdefault(f"{name} folder", tmp_path_factory.mktemp(name))
        manager = real.running(name, folder)
        up[name] = manager.__enter__()
        stack.append(manager)
        return up[name]

    yield start
    for manager in stack:
        manager.__exit__(None, None, None)


@pytest.fixture(params=ENGINES)
def engine(request, settings):
    """An engine that answers; its provider is set."""
    kind, _, name = request.param.partition(" ")
    if kind == "real":
        found = request.getfixturevalue("real_engine")(name)
        use(settings, name, found.url)
        yield found
        return
    with fakes.running(FAKES[kind]) as server:
        use(settings, kind, server.url)
        server.kill = lambda: (server.shutdown(), server.server_close())
        yield server


@pytest.fixture(params=list(FAKES))
def fake(request, settings):
    """One of our own, which can be ill."""
    with fakes.running(FAKES[request.param]) as server:
        use(settings, request.param, server.url)
        yield server
