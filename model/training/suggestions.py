"""Constructive suggestions, written by rules: sentences that ask for something without a judgement.

Sentiment models tend to call them negative, as complaints ask for things too. So requests come alone
(neutral), after praise (positive) and after harsh words (negative): it is the judgement that decides.
"""

from collections.abc import Sequence
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
_WISHES = (
    "How about {thing} {place}?",
    "Why not have {thing} {place}?",
    "Having {thing} {place} would help.",
    "We would welcome {thing} {place}.",
    "Please think about {thing} {place}.",
    "It may be worth adding {thing} {place}.",
    "Perhaps there could be {thing} {place}.",
    "For next year: {thing} {place}.",
    "Any chance of {thing} {place}?",
    "I'd like to see {thing} {place}.",
    "It would be useful to have {thing} {place}.",
    "You might consider {thing} {place}.",
    "There should be {thing} {place}.",
    "A small suggestion: {thing} {place}.",
    "If possible, provide {thing} {place}.",
    "We could do with {thing} {place}.",
)
_THINGS = (
    "a bench",
    "softer light",
    "a clock",
    "a bigger map",
    "fewer steps",
    "hooks for coats",
    "a list of the ingredients",
    "smaller portions",
    "a jug of water",
    "a quieter fan",
    "a bit of pepper",
    "clearer labels",
    "an earlier start",
    "another charger",
    "a longer break",
    "warmer towels",
)
_PLACES = (
    "by the entrance",
    "in the waiting room",
    "at the counter",
    "on the first page",
    "near the stairs",
    "in the kitchen",
    "for families",
    "for newcomers",
)
_PRAISE = ("I love it.", "This is really good work.", "Great service!", "We are very happy with it so far.")
_BLAME = (
    "This is useless.",
    "I am really disappointed.",
    "What an awful experience.",
    "It keeps failing on me.",
)


def suggestions(count: int, seed: int) -> list[Row]:
    """That many different sentences about what something should do, three in five without a judgement.

    The same seed gives the same rows.
    """
    combinations = product(_REQUESTS, _SUBJECTS, _ACTIONS)
    texts = [form.format(subject=subject, action=action) for form, subject, action in combinations]
    return _rows(texts, count, seed)


def wishes(count: int, seed: int) -> list[Row]:
    """Like `suggestions`, about what should be there."""
    combinations = product(_WISHES, _THINGS, _PLACES)
    return _rows([form.format(thing=thing, place=place) for form, thing, place in combinations], count, seed)


def _rows(texts: Sequence[str], count: int, seed: int) -> list[Row]:
    picked = np.random.default_rng(seed).choice(len(texts), size=count, replace=False)
    return [_row(position, texts[index]) for position, index in enumerate(picked)]


def _row(position: int, text: str) -> Row:
    if position % 5 == 3:
        return Row(f"{_PRAISE[position % len(_PRAISE)]} {text}", "positive")
    if position % 5 == 4:
        return Row(f"{_BLAME[position % len(_BLAME)]} {text}", "negative")
    return Row(text, "neutral")
