"""The sockets that a parent opens for its processes."""

from contextlib import ExitStack
from dataclasses import replace
from socket import create_connection

import pytest

from console.config import read_settings
from console.processes.parent import _monitoring
from tests.support.server_process import free_port


@pytest.mark.parametrize("work", [True, False])
def test_a_monitoring_port_is_open_only_if_a_process_answers_there(work: bool) -> None:
    settings = replace(read_settings({}), work=work, workers=2, work_port=free_port())
    with ExitStack() as opened:
        worker, *servers = [one and opened.enter_context(one) for one in _monitoring(settings)]
        assert (worker is not None, all(servers), len(servers)) == (work, True, 2)
        if not work:
            with pytest.raises(ConnectionRefusedError):
                create_connection(("127.0.0.1", settings.work_port), timeout=5)
