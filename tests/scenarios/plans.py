"""Every scenario: all plans, each in the modes it can happen in."""

from tests.scenarios import aftermath_plans, checkout_plans, dispute_plans, money_plans
from tests.scenarios.scenario import Plan, Scenario


def every_plan() -> list[Plan]:
    return [
        *checkout_plans.plans(),
        *money_plans.plans(),
        *aftermath_plans.plans(),
        *dispute_plans.plans(),
    ]


def every_scenario() -> list[Scenario]:
    return [plan.play(mode) for plan in every_plan() for mode in plan.modes]
