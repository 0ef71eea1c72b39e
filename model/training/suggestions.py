"""Constructive suggestions, written by rules: sentences that ask for something without a judgement.

Sentiment models tend to call them negative, as complaints ask for things too. So requests come alone
(neutral), after praise (positive) and after harsh words (negative): it is the judgement that decides.
"""

from itertools import product

import numpy as np
from dataset import Row

_REQUESTS = (
    "It would be great if {subject} could {action}.",
    "Please add a way for {subject} to {action}.",
    "Could {subject} {action} in the next version?",
    "I suggest that {subject} should {action}.",
    "My suggestion: let {subject} {action}.",
    "It'd be nice if {subject} would {action}.",
    "Have you thought about letting {subject} {action}?",
    "I would like {subject} to {action}.",
    "Consider letting {subject} {action}.",
    "Maybe {subject} could {action} instead.",
    "Feature request: {subject} should {action}.",
    "I wish {subject} could {action}.",
    "Would it be possible for {subject} to {action}?",
    "One idea for the future: {subject} could {action}.",
)
_SUBJECTS = (
    "the app",
    "the website",
    "the dashboard",
    "the report",
    "the checkout",
    "the form",
    "the menu",
    "the staff",
    "the hotel",
    "the newsletter",
    "the driver",
    "the course",
    "the editor",
    "the support team",
)
_ACTIONS = (
    "show the total first",
    "remember my settings",
    "offer a vegetarian option",
    "send a reminder by email",
    "open an hour earlier",
    "explain each step",
    "support a dark mode",
    "list the prices with tax",
    "let people choose the language",
    "export the results as a file",
    "give more time between sessions",
    "confirm the booking by message",
    "sort the entries by date",
    "include a short summary",
    "accept cards as well as cash",
    "keep a copy of older versions",
)
_PRAISE = ("I love it.", "This is really good work.", "Great service!", "We are very happy with it so far.")
_BLAME = (
    "This is useless.",
    "I am really disappointed.",
    "What an awful experience.",
    "It keeps failing on me.",
)


def suggestions(count: int, seed: int) -> list[Row]:
    """That many different sentences, three in five plain suggestions. The same seed gives the same rows."""
    combinations = list(product(_REQUESTS, _SUBJECTS, _ACTIONS))
    random = np.random.default_rng(seed)
    picked = random.choice(len(combinations), size=count, replace=False)
    return [_row(position, *combinations[index]) for position, index in enumerate(picked)]


def _row(position: int, request: str, subject: str, action: str) -> Row:
    text = request.format(subject=subject, action=action)
    if position % 5 == 3:
        return Row(f"{_PRAISE[position % len(_PRAISE)]} {text}", "positive")
    if position % 5 == 4:
        return Row(f"{_BLAME[position % len(_BLAME)]} {text}", "negative")
    return Row(text, "neutral")
