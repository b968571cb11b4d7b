"""What an older sandbox wrote is taken up by this one."""

from gateway.sandbox.checkout import complete_record


def test_a_record_of_an_older_sandbox_gets_what_it_does_not_hold() -> None:
    private = {"id": "cs_test_1", "intent_data": {"metadata": {}}, "settles_well": True}

    complete_record(private)

    assert private == {
        "id": "cs_test_1",
        "intent_data": {"metadata": {}, "capture_method": "automatic_async"},
        "currency_is_pinned": False,
        "discount": None,
        "billing": None,
        "shipping_rate": None,
        "trial_days": None,
        "settles_successfully": True,
    }
