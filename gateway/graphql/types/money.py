"""Money as clients see it: minor units, a currency, and a text for people."""

import strawberry

from gateway.domain.money import Money as DomainMoney
from gateway.graphql.types.minor_units import MinorUnits


@strawberry.type(description="An amount of money. Compute with `amountMinor`, show `formatted`.")
class Money:
    amount_minor: MinorUnits = strawberry.field(
        description="The amount in the currency's minor unit (cents): 500 is $5.00."
    )
    currency: str = strawberry.field(description="The ISO 4217 code in lower case, as Stripe writes it: `usd`.")

    @classmethod
    def of(cls, money: DomainMoney) -> "Money":
        return cls(amount_minor=MinorUnits(money.amount_minor), currency=money.currency)

    def _formatted(self) -> str:
        return DomainMoney(self.amount_minor, self.currency).formatted

    formatted: str = strawberry.field(resolver=_formatted, description="For people: `$5.00`, `¥500`, `5.00 CHF`.")
