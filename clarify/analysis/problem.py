"""What is wrong with an input, in words that say what to change."""

_LONGEST = 60


class AnalysisError(Exception):
    """An input that cannot be analysed; its text is for the user."""


def quoted(value: object) -> str:
    """A value as it stands in a message: shortened, on one line."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
