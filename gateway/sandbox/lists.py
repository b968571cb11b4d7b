"""Lists: newest first, `limit`, the two cursors, `created` ranges and equality filters, with an exact `has_more`."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice, takewhile

from gateway.sandbox.entities.account import listed
from gateway.sandbox.errors import invalid, no_such
from gateway.sandbox.params import Params
from gateway.sandbox.store import Kind, Object, Store

Test = Callable[[Object], bool]

_BOUNDS: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda created, bound: created > bound,
    "gte": lambda created, bound: created >= bound,
    "lt": lambda created, bound: created < bound,
    "lte": lambda created, bound: created <= bound,
}


def page(
    store: Store,
    kind: Kind,
    params: Params,
    url: str,
    *,
    equal: tuple[str, ...] = (),
    tests: Iterable[Test] = (),
    also_allowed: tuple[str, ...] = (),
) -> Object:
    """One page of this kind.

    `equal` names the text filters; `tests` are further conditions the caller has read itself.
    """
    params.allow(("limit", "starting_after", "ending_before", "created", *equal, *also_allowed))
    limit = params.integer("limit", least=1, most=100) or 10
    conditions = [*_created_tests(params), *_equality_tests(params, equal), *tests]
    after, before = (
        _cursor(store, kind, params, "starting_after"),
        _cursor(store, kind, params, "ending_before"),
    )
    if after and before:
        raise invalid("You can only use one of `starting_after` and `ending_before`.", param="ending_before")
    if before:
        newer = takewhile(lambda value: value["id"] != before, store.newest_first(kind))
        found = [value for value in newer if _holds(value, conditions)]
        return listed(found[-limit:], url, has_more=len(found) > limit)
    values = _past(store.newest_first(kind), after) if after else store.newest_first(kind)
    matching = (value for value in values if _holds(value, conditions))
    taken = list(islice(matching, limit + 1))
    return listed(taken[:limit], url, has_more=len(taken) > limit)


def text_test(name: str, wanted: str) -> Test:
    return lambda value: str(value.get(name)) == wanted


def _cursor(store: Store, kind: Kind, params: Params, name: str) -> str | None:
    object_id = params.text(name)
    if object_id is not None and store.get(kind, object_id) is None:
        raise no_such(kind.value, object_id, param=name, status=400)
    return object_id


def _created_tests(params: Params) -> list[Test]:
    if "created" in params and not params.is_mapping("created"):
        exact = params.integer("created")
        return [lambda value: value["created"] == exact]
    created = params.mapping("created")
    created.allow(_BOUNDS)
    bounds = [(holds, created.integer(name)) for name, holds in _BOUNDS.items()]
    return [_bound_test(holds, bound) for holds, bound in bounds if bound is not None]


def _bound_test(holds: Callable[[int, int], bool], bound: int) -> Test:
    return lambda value: holds(value["created"], bound)


def _equality_tests(params: Params, names: tuple[str, ...]) -> list[Test]:
    wanted = [(name, params.text(name)) for name in names]
    return [text_test(name, text) for name, text in wanted if text is not None]


def _holds(value: Object, conditions: list[Test]) -> bool:
    return all(condition(value) for condition in conditions)


def _past(values: Iterator[Object], cursor: str) -> Iterator[Object]:
    for value in values:
        if value["id"] == cursor:
            break
    return values
