"""writeOffPayment: an operator ends a payment that will never move again."""

from typing import Annotated

import strawberry

from gateway.domain.errors import GatewayError
from gateway.graphql.context import Info
from gateway.graphql.errors import Refusal
from gateway.graphql.filters import LONGEST_NOTE, text_of
from gateway.graphql.mutations.discrepancies import Note
from gateway.graphql.operators import require_writer
from gateway.graphql.queries import SessionId
from gateway.graphql.types.payment import Payment

Result = Annotated[
    Payment | Refusal,
    strawberry.union(name="WriteOffPaymentResult", description="The payment as it ended, or why nothing was done."),
]


async def write_off_payment(info: Info, session_id: SessionId, note: Note) -> Result:
    context = info.context
    try:
        text = text_of(note, field="note", longest=LONGEST_NOTE) or ""
        by = require_writer(context).name
        return Payment.of(await context.services.checkout.write_off(str(session_id), by=by, note=text))
    except GatewayError as refusal:
        return Refusal.of(refusal, context.language)
