"""The locales that Stripe Checkout has, and the nearest of them for any language tag.

Source: https://docs.stripe.com/api/checkout/sessions/create, `locale`; tags are read as RFC 5646 writes them.
"""

import re

AUTO = "auto"
"""Checkout looks at the browser's own languages."""

LOCALES = frozenset(
    "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru "
    "sk sl sv th tr vi zh zh-HK zh-TW".split()
)

_BY_LOWER_CASE = {locale.lower(): locale for locale in LOCALES}
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-[a-z]{3}){0,3}(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|[0-9]{3}))?(?![^-.@])"
)
_SAME_LANGUAGE = {"no": "nb", "nn": "nb", "cmn": "zh", "yue": "zh-HK", "tl": "fil", "in": "id", "mo": "ro"}
_LATIN_AMERICA = frozenset("419 ar bo cl co cr cu do ec gt hn mx ni pa pe pr py sv us uy ve".split())
_LONGEST = 100


def nearest_locale(tag: str) -> str:
    """Stripe's locale for a tag such as `en-US`, `pt_BR` or `zh-Hant-HK`, in any case; `auto` where there is none.

    What a tag says beyond language, script and region is ignored.
    """
    plain = tag[:_LONGEST].strip().replace("_", "-").lower()
    if plain in _BY_LOWER_CASE:
        return _BY_LOWER_CASE[plain]
    found = _TAG.match(plain)
    if found is None:
        return AUTO
    language = _SAME_LANGUAGE.get(found["language"], found["language"])
    region = found["region"] or ""
    if language == "zh":
        return _chinese(found["script"], region)
    if language == "es" and region in _LATIN_AMERICA:
        return "es-419"
    return _BY_LOWER_CASE.get(f"{language}-{region}") or _BY_LOWER_CASE.get(language.lower(), AUTO)


def _chinese(script: str | None, region: str) -> str:
    """The script decides; without one, the region's own does."""
    if script == "hans" or (script is None and region not in {"hk", "mo", "tw"}):
        return "zh"
    return "zh-HK" if region in {"hk", "mo"} else "zh-TW"
