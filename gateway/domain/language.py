"""The two languages we speak to buyers, and which of them a caller asked for."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.domain.quality import weighted


class Language(StrEnum):
    EN = "en"
    ZH = "zh"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages; `{placeholders}` are the same in each."""

    en: str
    zh: str

    def in_(self, language: Language) -> str:
        return self.zh if language is Language.ZH else self.en


def accepted_language(header: str | None, *, otherwise: Language = Language.EN) -> Language:
    """The language an `Accept-Language` header prefers (RFC 9110 §12.5.4); `otherwise` where it names neither."""
    best, most = otherwise, 0.0
    for tag, weight in weighted(header or ""):
        primary = tag.partition("-")[0]
        if primary in {"en", "zh"} and weight > most:
            best, most = Language(primary), weight
    return best
