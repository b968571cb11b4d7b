"""acknowledgeDiscrepancy, resolveDiscrepancy: an operator's steps on what somebody has to look at."""

from typing import Annotated

import strawberry

from gateway.domain.errors import GatewayError
from gateway.graphql.context import Info
from gateway.graphql.errors import Refusal
from gateway.graphql.filters import LONGEST_NOTE, text_of
from gateway.graphql.operators import require_writer
from gateway.graphql.types.discrepancy import Discrepancy

DiscrepancyId = Annotated[strawberry.ID, strawberry.argument(description="The `id` of a discrepancy.")]
OptionalNote = Annotated[
    str | None, strawberry.argument(description="Why, for whoever looks at it later; up to 2000 characters.")
]
Note = Annotated[str, strawberry.argument(description="Why, for whoever looks at it later; 1 to 2000 characters.")]

AcknowledgeResult = Annotated[
    Discrepancy | Refusal,
    strawberry.union(
        name="AcknowledgeDiscrepancyResult", description="The discrepancy as it is now, or why nothing was done."
    ),
]
ResolveResult = Annotated[
    Discrepancy | Refusal,
    strawberry.union(
        name="ResolveDiscrepancyResult", description="The discrepancy as it is now, or why nothing was done."
    ),
]


async def acknowledge_discrepancy(
    info: Info,
    id: DiscrepancyId,  # noqa: A002 - the schema's own word
    note: OptionalNote = strawberry.UNSET,
) -> AcknowledgeResult:
    context = info.context
    try:
        known, text = text_of(str(id), field="id") or "", text_of(note, field="note", longest=LONGEST_NOTE)
        view = await context.services.desk.acknowledge(known, by=require_writer(context).name, note=text)
    except GatewayError as refusal:
        return Refusal.of(refusal, context.language)
    return Discrepancy.of(view)


async def resolve_discrepancy(
    info: Info,
    id: DiscrepancyId,  # noqa: A002 - the schema's own word
    note: Note,
) -> ResolveResult:
    context = info.context
    try:
        known, text = text_of(str(id), field="id") or "", text_of(note, field="note", longest=LONGEST_NOTE) or ""
        view = await context.services.desk.resolve(known, by=require_writer(context).name, note=text)
    except GatewayError as refusal:
        return Refusal.of(refusal, context.language)
    return Discrepancy.of(view)
