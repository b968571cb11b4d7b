"""The points that a working Stripe key can judge: permissions, the webhook endpoint, prices, refunds and disputes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from gateway.domain.catalogue import Catalogue
from gateway.domain.facts_json import facts_from_json
from gateway.domain.json_fields import reference, text
from gateway.domain.stripe_event import KINDS, Kind
from gateway.engines.database import Connection, Database
from gateway.models import Payment, StripeReference
from gateway.services.checkout.price_control import PriceControl, price_problem
from gateway.services.running.catalogue_file import lacking, misplaced_option
from gateway.services.running.verdict import Verdict, failed, passed, skipped
from gateway.stripe_api.account import Endpoint, StripeAccount, spoken_version
from gateway.stripe_api.checkout import Listed, StripeCheckout
from gateway.stripe_api.errors import Forbidden, StripeFault

LOCAL = {"localhost", "127.0.0.1", "::1"}
LOOKED_BACK = timedelta(days=35)
PAGES_AT_MOST = 20
NEEDED = frozenset(name for name, kind in KINDS.items() if kind is Kind.SESSION)
"""Without these events a payment is learned of only by asking."""
WANTED = frozenset(
    name for name, kind in KINDS.items() if kind in {Kind.REFUND, Kind.DISPUTE, Kind.CHARGE, Kind.INTENT}
)
"""Without these, declines, refunds and disputes are seen only by the next reconciliation."""


class StripeExaminer:
    def __init__(
        self,
        *,
        webhook_url: str,
        catalogue: Catalogue,
        database: Database,
        account: StripeAccount,
        stripe: StripeCheckout,
        control: PriceControl,
    ) -> None:
        self._webhook_url = webhook_url
        self._catalogue = catalogue
        self._database = database
        self._account = account
        self._stripe = stripe
        self._control = control

    async def examine(self, *, with_database: bool) -> AsyncIterator[Verdict]:
        """Each verdict as soon as it is known. Without a current database what needs it is skipped."""
        async for verdict in self._of_permissions():
            yield verdict
        for verdict in await self._of_webhooks():
            yield verdict
        yield await self._of_prices(with_database=with_database)
        yield await self._of_options()
        yield await self._of_aftermath(with_database=with_database)

    async def _of_permissions(self) -> AsyncIterator[Verdict]:
        price_id = next(iter(self._catalogue)).price_id
        for permission, request in self._account.permissions(price_id).items():
            name = f"permission: {permission}"
            try:
                await request()
            except Forbidden as fault:
                fix = "edit the restricted key in Stripe Dashboard → Developers → API keys, or use another"
                yield failed(name, fault.message or "the key may not do that", fix)
            except StripeFault:
                yield skipped(name, "Stripe does not answer")
            else:
                yield passed(name, "the key may do that")

    async def _of_webhooks(self) -> list[Verdict]:
        try:
            endpoints = await self._account.endpoints()
        except StripeFault:
            fix = "allow the key to read webhook endpoints, or look at Stripe Dashboard → Webhooks"
            return [skipped("webhook endpoint", "this key may not list the endpoints", fix)]
        url = self._webhook_url
        found = next((endpoint for endpoint in endpoints if endpoint.url == url), None)
        near = next((endpoint for endpoint in endpoints if endpoint.url.rstrip("/") == url), None)
        if found is None and near is not None:
            sentence = (
                f"Stripe sends to {near.url}, and the gateway answers only {url}: the slash at its end is a fault"
            )
            return [failed("webhook endpoint", sentence, "remove the slash in Stripe Dashboard → Webhooks")]
        if found is None and (urlsplit(url).hostname or "") in LOCAL:
            fix = f"stripe listen --all-snapshot --forward-to {url}"
            return [skipped("webhook endpoint", "Stripe cannot reach localhost by itself", fix)]
        if found is None:
            fix = f"add {url} in Stripe Dashboard → Webhooks, or set GATEWAY_PUBLIC_URL to where it is"
            return [failed("webhook endpoint", f"Stripe has none for {url}", fix)]
        return [_of_endpoint(found), _of_version(found)]

    async def _of_prices(self, *, with_database: bool) -> Verdict:
        """What the catalogue shows against what Stripe charges; a difference goes on the desk too."""
        differing = []
        for package in self._catalogue:
            try:
                price = await self._stripe.price(package.price_id)
            except StripeFault:
                return skipped("prices", "Stripe does not answer")
            problem = price_problem(package, price) or misplaced_option(package, price)
            if problem is not None:
                differing.append(problem)
            if with_database:
                await self._control.record(package.price_id, price_problem(package, price))
        if differing:
            fix = "correct the file of GATEWAY_CATALOGUE, or the prices in Stripe Dashboard → Product catalogue"
            return failed("prices", "; ".join(differing), fix, count=len(differing))
        return passed("prices", f"Stripe charges what the catalogue shows for all {len(self._catalogue)} packages")

    async def _of_options(self) -> Verdict:
        """What the account lacks for the options of the catalogue file."""
        try:
            problems = await lacking(self._catalogue, self._account)
        except StripeFault:
            return skipped("checkout options", "Stripe does not answer")
        if problems:
            fix = "set it up in the Stripe Dashboard, or correct [checkout] in the file of GATEWAY_CATALOGUE"
            return failed("checkout options", "; ".join(problems), fix, count=len(problems))
        return passed("checkout options", "the account has what the catalogue asks for")

    async def _of_aftermath(self, *, with_database: bool) -> Verdict:
        """Refunds and disputes at Stripe of the last weeks whose intents are ours, against what is known here."""
        name = "refunds and disputes"
        if not with_database:
            return skipped(name, "the database could not be asked")
        unknown = 0
        try:
            for what in (Listed.REFUNDS, Listed.DISPUTES):
                unknown += await self._unknown(what)
        except StripeFault:
            return skipped(name, "the key may not list them, or Stripe does not answer")
        if unknown:
            return failed(name, f"{unknown} at Stripe are not known here", "gateway reconcile", count=unknown)
        return passed(name, f"those of the last {LOOKED_BACK.days} days are known here")

    async def _unknown(self, what: Listed) -> int:
        now, after, unknown = datetime.now(UTC), None, 0
        for _ in range(PAGES_AT_MOST):
            page = await self._stripe.page_of(
                what,
                created_from=int((now - LOOKED_BACK).timestamp()),
                created_to=int(now.timestamp()),
                after=after,
            )
            found = [(intent, text(item, "id")) for item in page.items if (intent := reference(item, "payment_intent"))]
            known = await self._database.read(
                partial(_known, intents=sorted({intent for intent, _ in found}), what=what)
            )
            unknown += sum(key not in known[intent] for intent, key in found if intent in known)
            if page.next_after is None:
                break
            after = page.next_after
        return unknown


def _of_endpoint(endpoint: Endpoint) -> Verdict:
    name = "webhook endpoint"
    if not endpoint.enabled:
        return failed(name, f"{endpoint.url} is disabled", "enable it in Stripe Dashboard → Webhooks")
    if "*" in endpoint.events:
        return passed(name, f"Stripe sends all events to {endpoint.url}")
    missing, useful = sorted(NEEDED - endpoint.events), sorted(WANTED - endpoint.events)
    if missing or useful:
        return failed(name, f"it is not sent {', '.join(missing + useful)}", "add these events to the endpoint")
    return passed(name, f"Stripe sends events to {endpoint.url}")


def _of_version(endpoint: Endpoint) -> Verdict:
    """Versions of one release (the word after the point) are compatible; without that word only equal ones are."""
    spoken = spoken_version()
    if endpoint.api_version is None:
        return skipped("api version", f"the endpoint uses the account's default; this gateway reads {spoken}")
    if endpoint.api_version.rpartition(".")[2] != spoken.rpartition(".")[2]:
        fix = f"create an endpoint with the API version {spoken}, then remove the old one"
        return failed("api version", f"events come in {endpoint.api_version}, and this gateway reads {spoken}", fix)
    return passed("api version", f"events come in {endpoint.api_version}")


async def _known(connection: Connection, *, intents: list[str], what: Listed) -> dict[str, set[str]]:
    """Intent → the ids of its payment's refunds or disputes, for those intents that are ours."""
    if not intents:
        return {}
    links = await StripeReference.filter(id__in=intents).using_db(connection)
    rows = await Payment.filter(id__in=[link.payment_id for link in links]).using_db(connection) if links else []
    facts = {row.id: facts_from_json(row.facts) for row in rows}
    return {
        link.id: set(facts[link.payment_id].refunds if what is Listed.REFUNDS else facts[link.payment_id].disputes)
        for link in links
        if link.payment_id in facts
    }
