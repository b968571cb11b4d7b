"""What a person reads when a command cannot run: sentences, and never a traceback."""

from gateway.domain.errors import ServiceUnavailable
from gateway.settings import SettingsError
from gateway.telemetry.logs import redact

NO_DATABASE = (
    "The database of DATABASE_URL does not answer. PostgreSQL: is it running, do user and password fit? "
    "SQLite: does the folder exist, may we write in it, and does no other process hold the file?"
)


def problems_of(error: Exception) -> list[str]:
    """Every problem as a sentence; none where the error is a fault of the program's own."""
    match error:
        case SettingsError():
            return error.problems
        case ServiceUnavailable():
            said = redact(str(error.__cause__ or "")).strip()
            return [f"{NO_DATABASE} It said: {said}" if said else NO_DATABASE]
        case _:
            return []
