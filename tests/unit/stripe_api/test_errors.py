"""Every way a call to Stripe can fail, and what may be done next: a wrong answer here opens a second session."""

import json

import pytest
import stripe

from gateway.stripe_api.errors import (
    Broken,
    Forbidden,
    RateLimited,
    Refused,
    StripeFault,
    Unanswered,
    Unexecuted,
    translate,
)

_STRIPES_500 = {"error": {"type": "api_error", "message": "An unknown error occurred"}}


def _api_error(status: int, body: object) -> stripe.APIError:
    return stripe.APIError("no", json.dumps(body), status, body)


def _refused() -> stripe.InvalidRequestError:
    return stripe.InvalidRequestError("no", "mode")  # type: ignore[no-untyped-call]


def _lost() -> stripe.APIConnectionError:
    return stripe.APIConnectionError("gone")  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        pytest.param(_api_error(500, _STRIPES_500), Broken, id="Stripe's own 500 is stored with the key"),
        pytest.param(_api_error(503, _STRIPES_500), Broken, id="and so is its 503"),
        pytest.param(_api_error(502, {"Content-Type": "text/html"}), Unanswered, id="a bad gateway's page is not"),
        pytest.param(_api_error(504, None), Unanswered, id="nor is an empty time-out"),
        pytest.param(_api_error(500, {"error": "oops"}), Unanswered, id="nor a anonymous caller's JSON"),
        pytest.param(_api_error(409, _STRIPES_500), Unanswered, id="a key in use is still being worked on"),
        pytest.param(_api_error(200, None), Unanswered, id="half an answer may have been a whole deed"),
        pytest.param(stripe.IdempotencyError("other parameters"), Broken, id="a key used otherwise has done something"),
        pytest.param(stripe.RateLimitError("slow down"), RateLimited, id="a refused rate"),
        pytest.param(stripe.PermissionError("not you"), Forbidden, id="a missing permission"),
        pytest.param(stripe.AuthenticationError("who"), Unexecuted, id="a refused key"),
        pytest.param(_refused(), Refused, id="a refused request"),
        pytest.param(_lost(), Unanswered, id="a lost connection"),
        pytest.param(TimeoutError(), Unanswered, id="a time-out"),
        pytest.param(ValueError("surprise"), Unanswered, id="anything else assumes least"),
    ],
)
def test_a_failure_is_the_fault_that_says_what_may_be_done_next(error: Exception, fault: type[StripeFault]) -> None:
    assert type(translate(error)) is fault
