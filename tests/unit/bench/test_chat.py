"""`sestetto load chat` runs and counts, and its simulated agents keep every promise."""

from pathlib import Path

import msgspec
import pytest

from console.bench.people import LoadAgent, LoadVisitor, Memory
from console.bench.processes import Target
from console.bench.wire import Wire
from tests.support.command_line import in_a_process, run_command
from tests.support.credentials import allow_origin, bearer_of
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer, free_port


def load(data: Path, *options: str) -> tuple[int, str, str]:
    return run_command("load", "chat", *options, environment=RunningServer(data).environment)


@pytest.mark.slow
def test_a_short_load_measures_everything_and_breaks_no_promise(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    people = ("--visitors", "6", "--agents", "1", "--sockets", "5")
    code, printed, errors = load(tmp_path, *people, "--seconds", "1", "--rate", "20", "--out", str(out))
    assert code == 0, printed + errors
    assert "lost 0, doubled 0, disordered 0, over_limit 0" in printed
    figures = msgspec.json.decode(out.read_bytes())
    assert figures["closed_loop"]["messages"] > 0
    assert figures["closed_loop"]["server_us"] > 0
    assert figures["steady"]["delivery_p99"] >= figures["steady"]["delivery_p50"] > 0
    assert figures["idle"]["sockets"] == 5
    assert not any(figures["checker"].values())


@pytest.mark.parametrize(
    "url",
    ["http://192.0.2.7:8000", "127.0.0.1:8000", "https://127.0.0.1:8000", "http://127.0.0.1:8000/chat", "http://[::1"],
)
def test_a_load_is_not_for_other_machines(tmp_path: Path, url: str) -> None:
    code, _, errors = load(tmp_path, "--url", url)
    assert (code, errors.count("\n")) == (1, 1), errors
    assert "on this machine" in errors


def test_a_load_without_a_server_adds_nobody_and_says_so(tmp_path: Path) -> None:
    code, _, errors = load(tmp_path, "--url", f"http://127.0.0.1:{free_port()}")
    assert (code, errors.count("\n")) == (1, 1), errors
    assert "No server answers at http://127.0.0.1" in errors
    assert not (tmp_path / "sestetto.db").exists()


@pytest.mark.slow
async def test_a_running_server_can_be_measured_again(tmp_path: Path) -> None:
    """The chats of one run are over when the next one begins, although there is one agent with six slots."""
    server = RunningServer(tmp_path, command="serve", pace="1000", address_openings="1000")
    await server.start()
    try:
        for _ in range(2):
            few = ("--visitors", "6", "--agents", "1", "--seconds", "1", "--rate", "10")
            code, said, errors = await in_a_process(
                "load", "chat", *few, "--url", server.url, environment=server.environment
            )
            assert code == 0, said + errors
    finally:
        server.stop()


async def test_the_fast_client_speaks_with_the_real_server(server: RunningServer) -> None:
    """Two people of the load, in a conversation of two lines."""
    await allow_origin(server, server.url)
    memory, target = Memory(), Target(server.url, server.pid, {})
    ana = LoadAgent(memory, "ana", await bearer_of(server, "ana"))
    vera = LoadVisitor(memory, 1)
    await ana.connect(target.sockets)
    await vera.connect(target.sockets, target.url, "demo")
    await eventually(lambda: ana.welcomed and vera.welcomed, "both to be welcomed")
    vera.open()
    await eventually(lambda: ana.held and not memory.open_ends, "her words and the answer to arrive")
    assert len(memory.acks) == len(memory.deliveries) == 2
    assert memory.troubles == []


async def test_a_refused_upgrade_is_said_at_once(server: RunningServer) -> None:
    url = f"{server.socket_url}/ws/visitor?site=demo"
    with pytest.raises(ConnectionError, match="403"):
        await Wire.open(url, lambda text: None, lambda code: None, Origin="null")
