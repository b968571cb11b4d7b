"""Who calls, as far as money is concerned."""

from gateway.domain.callers import ANONYMOUS, SIGNED, operator


def test_each_operator_is_a_class_of_its_own_and_known() -> None:
    callers = (ANONYMOUS, SIGNED, operator("ann"), operator("bob"))
    assert [(one.label, one.is_known) for one in callers] == [
        ("anonymous", False),
        ("signed", True),
        ("operator:ann", True),
        ("operator:bob", True),
    ]
