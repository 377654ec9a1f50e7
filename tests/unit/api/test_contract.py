"""The API does what its OpenAPI document says, whatever is sent: schemathesis tries, with a fixed seed."""

import asyncio
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis.specs.openapi import checks

from console.api.openapi import document
from console.proving.clients import Cast
from tests.faults.installation import Inside
from tests.unit.api.client import Api

EXAMPLES = 3  # for each operation
NOT_HERE = [
    checks.ignored_auth,  # the matrix tries tokens one by one
    checks.positive_data_acceptance,  # what is valid by itself may contradict something: a setting, a cursor, a filter
]


async def test_schemathesis_finds_nothing(inside: Inside, cast: Cast, crm: Api) -> None:
    await cast.agent("ana")
    chat = await crm.opens()
    known = {"chat": chat, "queue": "support", "site": "demo", "member": "ben", "reply": "demo-wash", "visitor": "none"}
    await asyncio.to_thread(attack, crm, known)


def attack(crm: Api, known: dict[str, str]) -> None:
    schema = schemathesis.openapi.from_dict(document())
    tried = 0
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        tried += 1
        for mode in ("positive", "negative"):
            try_out(operation, mode, crm, known)
    assert tried == sum(len(methods) for methods in document()["paths"].values())


def try_out(operation: Any, mode: str, crm: Api, known: dict[str, str]) -> None:
    modes = {"positive": schemathesis.GenerationMode.POSITIVE, "negative": schemathesis.GenerationMode.NEGATIVE}
    cases = operation.as_strategy(generation_mode=modes[mode])

    @hypothesis.seed(1)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=cases, real=hypothesis.strategies.booleans())
    def one(case: Any, real: bool) -> None:
        if real and mode == "positive":
            case.path_parameters = {name: known[name] for name in case.path_parameters or {}}
        response = case.call(base_url=crm.inside.url, headers={"authorization": f"Bearer {crm.bearer}"})
        assert response.status_code < 500, response.text
        case.validate_response(response, excluded_checks=NOT_HERE)

    one()
