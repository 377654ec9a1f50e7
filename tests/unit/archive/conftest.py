"""Shared by the archive's tests."""

from collections.abc import Iterator

import pytest

from tests.support.audit_last import audit_lines_come_last


@pytest.fixture(autouse=True)
def audited_last() -> Iterator[None]:
    with audit_lines_come_last():
        yield
