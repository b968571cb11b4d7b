"""A price as the catalogue has it, without a call to Stripe."""

import strawberry

from gateway.domain.catalogue import Package
from gateway.domain.language import Language
from gateway.graphql.types.money import Money


@strawberry.type(description="Something for sale, as the gateway's catalogue names it.")
class Price:
    id: strawberry.ID = strawberry.field(description="Stripe's price id: what `createCheckoutSession` takes.")
    name: str = strawberry.field(description="What it is called, in the caller's language (`Accept-Language`).")
    description: str | None = strawberry.field(description="A sentence about it, in the caller's language.")
    unit_amount: Money = strawberry.field(
        description="What one of it costs, for display: the catalogue's figure. What is charged is Stripe's own price."
    )

    @classmethod
    def of(cls, package: Package, language: Language) -> "Price":
        return cls(
            id=strawberry.ID(package.price_id),
            name=package.name(language),
            description=package.description(language),
            unit_amount=Money.of(package.unit_amount),
        )
