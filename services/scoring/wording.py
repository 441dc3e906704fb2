"""Puts what the rules say into words: values, targets and reasons, in a reader's language."""

from collections.abc import Mapping

from services.scoring.domain.outcome import Outcome, TierOutcome
from services.scoring.domain.said import Said
from shared.texts import DEFAULT_LOCALE, Texts

_ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV"}


def say(texts: Texts, said: Said, locale: str = DEFAULT_LOCALE) -> str:
    """Return a value or a target in words."""
    return texts.get(said.key, locale, **in_words(texts, said, locale))


def sentence(texts: Texts, reason: Said, locale: str = DEFAULT_LOCALE) -> str:
    """Return a reason as a sentence."""
    return texts.get(f"reason.{reason.key}", locale, **in_words(texts, reason, locale))


def in_words(texts: Texts, said: Said, locale: str = DEFAULT_LOCALE) -> Mapping[str, str]:
    """Return the parameters with periods, tiers and parts in words."""
    words = dict(said.params)
    if "period" in words:
        words["period"] = period(texts, words["period"], locale)
    if words.get("tier"):
        words["tier"] = f"{tier(texts, words['tier'], locale)} "
    return words | {name: say(texts, part, locale) for name, part in said.parts.items()}


def target(texts: Texts, outcome: Outcome, locale: str = DEFAULT_LOCALE) -> str:
    """Return an indicator's target, with each tier's own when it has tiers."""
    if not outcome.tiers:
        return say(texts, outcome.target_said, locale)
    return "; ".join(_of_tier(texts, one, locale) for one in outcome.tiers)


def tier(texts: Texts, code: str, locale: str = DEFAULT_LOCALE) -> str:
    """Return a tier's name; a plan may have tiers that no catalogue names."""
    key = f"tier.{code}"
    return texts.get(key, locale) if key in texts else code


def period(texts: Texts, code: str, locale: str = DEFAULT_LOCALE) -> str:
    """Return a period in words, e.g. ``2025-Q2`` as "quý II/2025"."""
    year, _, rest = code.partition("-")
    if not rest:
        return texts.get("period.year", locale, year=year)
    if rest[0] == "Q":
        return texts.get("period.quarter", locale, n=_ROMAN[rest[1]], year=year)
    if rest[0] == "H":
        return texts.get(f"period.half{rest[1]}", locale, year=year)
    return texts.get("period.month", locale, n=str(int(rest)), year=year)


def _of_tier(texts: Texts, one: TierOutcome, locale: str) -> str:
    return f"{tier(texts, one.tier, locale)} {say(texts, one.target_said, locale)}"
