"""Whether every screen says the same of money: `python -m tests.sums --payments 10000 --seed 7`."""
