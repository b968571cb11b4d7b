"""Every scenario: all plots, each in the modes it can happen in."""

from tests.scenarios import aftermath_plots, checkout_plots, dispute_plots, money_plots
from tests.scenarios.scenario import Plot, Scenario


def every_plot() -> list[Plot]:
    return [
        *checkout_plots.plots(),
        *money_plots.plots(),
        *aftermath_plots.plots(),
        *dispute_plots.plots(),
    ]


def every_scenario() -> list[Scenario]:
    return [plot.play(mode) for plot in every_plot() for mode in plot.modes]
