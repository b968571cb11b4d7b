"""Budgets, connections and descriptors by themselves: counted, with a clock by hand."""

import ipaddress
import resource
from typing import Any

import pytest

from gateway.serving.bounds import Bounds
from gateway.serving.connections import Connections, Place
from gateway.serving.descriptors import bounds_for
from gateway.serving.frame_budget import FrameBudget
from gateway.serving.intake import COST_A_TICK, RUNS_A_HANDSHAKE, Intake, Turns

PROXIES = (ipaddress.ip_network("10.0.0.1/32"),)
BOUNDS = Bounds(most_connections=4, most_spare_connections=2, most_idle_per_address=2)


class Transport:
    def __init__(self) -> None:
        self.is_closed = False
        self.is_reading = True

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def write(self, data: bytes) -> None:
        raise AssertionError(data)

    def pause_reading(self) -> None:
        self.is_reading = False

    def resume_reading(self) -> None:
        self.is_reading = True


def _opened(connections: Connections, *peers: str) -> list[Transport]:
    transports = [Transport() for _ in peers]
    for transport, peer in zip(transports, peers, strict=True):
        assert connections.opened(transport, peer) is Place.FULL
    return transports


def test_the_oldest_idle_connection_of_an_address_makes_room() -> None:
    connections = Connections(BOUNDS)
    first, second, third = _opened(connections, "192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1")
    assert [first.is_closed, second.is_closed, third.is_closed] == [True, False, False]


def test_connections_with_a_request_in_progress_are_not_idle() -> None:
    connections = Connections(BOUNDS)
    opened = _opened(connections, "192.0.2.1")
    connections.busy(opened[0])
    opened += _opened(connections, "192.0.2.1", "192.0.2.1")
    assert [one.is_closed for one in opened] == [False] * 3
    connections.idle(opened[0])
    assert [one.is_closed for one in opened] == [False, True, False]


@pytest.mark.parametrize("proxy", ["10.0.0.1", "::ffff:10.0.0.1"])
def test_a_trusted_proxy_is_not_bounded_by_address(proxy: str) -> None:
    opened = _opened(Connections(BOUNDS, PROXIES), *[proxy] * 4)
    assert [one.is_closed for one in opened] == [False] * 4


def test_a_full_process_closes_an_idle_one_then_keeps_places_for_health_then_takes_nobody() -> None:
    connections = Connections(BOUNDS)
    opened = _opened(connections, *[f"192.0.2.{number}" for number in range(5)])
    assert [one.is_closed for one in opened] == [True, False, False, False, False]
    for one in opened[1:]:
        connections.busy(one)
    spare = [Transport() for _ in range(2)]
    for one in spare:
        assert connections.has_room(0)
        assert connections.opened(one, "192.0.2.9") is Place.SPARE
        connections.busy(one)
    assert not connections.has_room(0)
    assert connections.opened(Transport(), "192.0.2.9") is Place.NONE
    connections.closed(spare[0])
    assert connections.has_room(0)
    assert not connections.has_room(1)


def test_nothing_is_kept_of_what_has_closed() -> None:
    connections = Connections(BOUNDS)
    for number in range(100):
        (one,) = _opened(connections, f"192.0.2.{number}")
        connections.busy(one)
        connections.idle(one)
        connections.closed(one)
    kept: dict[str, Any] = vars(connections)
    assert len(connections) == 0
    assert [name for name in ("_addresses", "_idle", "_idle_by_address") if kept[name]] == []


@pytest.mark.parametrize("descriptors", [64, 256, 1024, 4096, 20_000, 1 << 20, resource.RLIM_INFINITY])
@pytest.mark.parametrize("sites", [1, 2])
def test_a_reserve_of_descriptors_is_left(descriptors: int, sites: int) -> None:
    bounds = bounds_for(descriptors, Bounds(most_spare_connections=4), sites=sites)
    known = 1 << 20 if descriptors == resource.RLIM_INFINITY else descriptors
    used = sites * (bounds.most_connections + bounds.most_spare_connections)
    assert used <= known - min(known // 8, 200)
    assert 0 < bounds.most_idle_per_address <= bounds.most_connections


def test_a_budget_is_refilled_by_the_second_and_ends_after_so_many_pauses_in_a_row() -> None:
    now = [0.0]
    bounds = Bounds(frames_at_once=10, frames_a_second=4, most_pauses=2)
    budget = FrameBudget(bounds, lambda: now[0])
    assert [budget.spend(9, 0), budget.spend(1, 0)] == [True, False]
    now[0] = 1.0
    assert [budget.spend(3, 0), budget.spend(1, 0), budget.is_exhausted] == [True, False, False]
    now[0] = 2.0
    assert [budget.spend(4, 0), budget.is_exhausted] == [False, True]
    now[0] = 10.0
    assert [budget.spend(1, 0), budget.is_exhausted] == [True, False]


def test_bytes_count_as_well_as_frames() -> None:
    budget = FrameBudget(Bounds(bytes_at_once=100), lambda: 0.0)
    assert [budget.spend(0, 99), budget.spend(0, 1)] == [True, False]


async def test_one_run_of_the_loop_parses_a_bounded_part_and_little_goes_before_much() -> None:
    turns, order = Turns(), list[str]()
    intakes = {name: _intake(turns, name, order) for name in ("flood", "other flood", "honest")}
    intakes["flood"].received(b"a" * 10_000)
    intakes["other flood"].received(b"a" * 10_000)
    intakes["honest"].received(b"a")
    assert len(order) <= 1
    turns._run()
    assert order[:2] == ["flood", "honest"]
    assert len(order) <= 3
    while intakes["flood"].has_more or intakes["other flood"].has_more:
        before = len(order)
        turns._run()
        assert len(order) - before <= 2
    assert order.count("flood") == order.count("other flood") == 100


async def test_short_requests_wait_for_one_of_many_handshakes_and_keep_none_of_them_out() -> None:
    turns, order = Turns(), list[str]()
    flood = _intake(turns, "flood", order)
    returning = [_intake(turns, "handshake", order, cost=63) for _ in range(20)]
    honest = [_intake(turns, "honest", order, cost=15) for _ in range(8)]
    flood.received(b"a" * 10_000)
    for one in returning:
        one.received(b"GET /graphql HTTP/1.1\r\nSec-WebSocket-Key: a\r\n\r\n")
    for one in honest:
        one.received(b"GET / HTTP/1.1\r\n\r\n")
    order.clear()
    turns._run()
    turns._run()
    assert order[:9] == ["handshake", *8 * ["honest"]]
    for _ in range(19 * RUNS_A_HANDSHAKE):
        turns._run()
    assert order.count("handshake") == 20
    assert "flood" in order  # Nor do they keep out whoever sends much.


async def test_nothing_is_read_while_something_waits_to_be_parsed() -> None:
    turns, order = Turns(), list[str]()
    intake = _intake(turns, "one", order)
    intake.received(b"a" * 150)
    assert not intake.transport.is_reading
    turns._run()
    turns._run()
    assert (len(order), intake.transport.is_reading) == (2, True)
    intake.pause_reading()
    intake.received(b"a")
    assert (len(order), intake.transport.is_reading) == (2, False)
    intake.hold()
    intake.resume_reading()
    turns._run()
    assert (len(order), intake.transport.is_reading) == (2, False)
    intake.release()
    turns._run()
    assert (len(order), intake.transport.is_reading) == (3, True)


def _intake(turns: Turns, name: str, order: list[str], *, cost: int = COST_A_TICK) -> Intake:
    """Each slice costs all of a run, unless it is said to cost less."""

    def parse(_data: bytes) -> int:
        order.append(name)
        return cost

    return Intake(Transport(), turns, parse, slice_bytes=100)
