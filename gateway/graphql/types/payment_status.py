"""The seven words of the integration guide, as an enum that explains them."""

from enum import Enum

import strawberry

from gateway.domain.status import Status


@strawberry.enum(description="What happened to a checkout session. Whether it can still change is `isFinal`.")
class PaymentStatus(Enum):
    PAID = strawberry.enum_value("paid", description="The money arrived, in the amount and currency asked for. Fulfil.")
    UNPAID = strawberry.enum_value("unpaid", description="Nothing happened yet; the checkout page is still payable.")
    PROCESSING = strawberry.enum_value(
        "processing", description="Money may be on its way; bank debits and vouchers take days. Do not fulfil yet."
    )
    EXPIRED = strawberry.enum_value("expired", description="The checkout page closed unpaid. Create a new session.")
    FAILED = strawberry.enum_value(
        "failed", description="The latest attempt failed. While `isFinal` is false the buyer may try another way."
    )
    CANCELED = strawberry.enum_value("canceled", description="The session was canceled before any money moved.")
    NO_PAYMENT_REQUIRED = strawberry.enum_value(
        "no_payment_required", description="The checkout was completed and nothing was due. Fulfil."
    )

    @classmethod
    def of(cls, status: Status) -> "PaymentStatus":
        return _BY_STATUS[status]


_BY_STATUS = {status: PaymentStatus(status.value) for status in Status}
