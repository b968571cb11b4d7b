"""Every mutant there is."""

from tests.mutants import checkout, entrances, events, money, running

MUTANTS = events.MUTANTS + money.MUTANTS + checkout.MUTANTS + running.MUTANTS + entrances.MUTANTS
