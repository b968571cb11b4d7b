"""Who is an operator, by name, and what its key allows."""

import pytest

from gateway.rate_limit.limiter import Limiter
from gateway.rate_limit.memory import BoundedMemoryStorage
from gateway.services.running.admission import AdmissionService, Operator
from tests.unit.rest.stand_in import settings_with

ANN, EVE, NOBODY = "ann-key-0123456789", "eve-key-0123456789", "unnamed-key-0123456789"


def admission(keys: str | None = f"ann:{ANN},eve:{EVE}:read,{NOBODY}") -> AdmissionService:
    settings = settings_with(**({"admin_keys": keys} if keys else {}))
    return AdmissionService(settings, Limiter(settings.rate_limit, BoundedMemoryStorage()))


@pytest.mark.parametrize(
    ("authorization", "operator"),
    [
        (f"Bearer {ANN}", Operator("ann", may_write=True)),
        (f"bearer  {ANN} ", Operator("ann", may_write=True)),
        (f"Bearer {EVE}", Operator("eve", may_write=False)),
    ],
)
def test_a_key_names_its_operator_and_says_whether_it_may_write(authorization: str, operator: Operator) -> None:
    assert admission().operator(authorization) == operator


def test_an_unnamed_key_has_a_name_that_does_not_give_it_away() -> None:
    operator = admission().operator(f"Bearer {NOBODY}")
    assert operator is not None
    assert operator.may_write
    assert operator.name.startswith("key-")
    assert len(operator.name) == len("key-") + 8
    assert operator == admission(NOBODY).operator(f"Bearer {NOBODY}")


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        ANN,
        f"Basic {ANN}",
        f"Bearer {ANN}x",
        f"Bearer {ANN[:-1]}",
        f"Bearer {ANN.upper()}",
        f"Bearer ann:{ANN}",
        f"Bearer {EVE}:read",
        "Bearer ann",
        "Bearer \udcff\u4f60",
    ],
)
def test_anything_else_is_no_operator(authorization: str | None) -> None:
    assert admission().operator(authorization) is None


@pytest.mark.parametrize("authorization", [None, "", "Bearer ", f"Bearer {ANN}"])
def test_without_keys_nobody_is_an_operator(authorization: str | None) -> None:
    assert admission(None).operator(authorization) is None
