"""The two languages we speak to buyers, and which of them a caller asked for."""

from dataclasses import dataclass
from enum import StrEnum


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
    best, best_quality = otherwise, 0.0
    for part in (header or "")[:200].split(","):
        tag, _, parameters = part.strip().partition(";")
        primary = tag.strip().lower().split("-")[0]
        quality = _quality(parameters)
        if primary in {"en", "zh"} and quality > best_quality:
            best, best_quality = Language(primary), quality
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
