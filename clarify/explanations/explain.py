"""Explains some texts of a data set, and says what the model looks at in all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.config import Configuration
from analysis.dataset import Dataset
from analysis.names import Names
from analysis.problem import AnalysisError
from analysis.rows import columns_of, rows
from analysis.texts import TEXT

from explanations.attribution import Ask, Attribution, attribute
from explanations.choice import Choice, choose
from explanations.importance import global_importance
from explanations.results import Explanations
from explanations.telling import telling_texts
from explanations.terms import Words, group_terms, named_groups, own_weights, shared_words

METHOD = "Shapley values of words from four fixed orders, against the empty text"

_MINIMUM_TEXTS = 3
_MINIMUM_TEXTS_OF_PEOPLE = 10
"""Of texts that people wrote: a word in so many of them is nobody's own."""


@dataclass(frozen=True)
class Explained:
    """What the report shows, and every single explanation."""

    explanations: Explanations
    attributions: tuple[Attribution, ...]
    identifiers: tuple[str, ...]
    """Of the attributions' rows."""
    is_probe: bool


def explain(
    path: Path,
    config: Configuration,
    names: Names,
    data: Dataset,
    ask: Ask,
    *,
    probe: bool,
    seed: int,
    progress: Callable[[str], None] = lambda step: None,
) -> Explained:
    """Explains some hundred rows; `ask` is called once. `probe`: whole texts may be shown.

    Raises AnalysisError without a column of texts.
    """
    if TEXT not in columns_of(path, config.dataset_type):
        raise AnalysisError(f"explanations need the column {TEXT}, but {path} lacks it")
    choice = choose(data, seed)
    texts, shared = _read(path, config, names, data, choice)
    progress(f"explaining {len(choice.rows)} texts")
    attributions = attribute([texts[row][1] for row in choice.rows], ask)
    explained = dict(zip(choice.rows, attributions, strict=True))
    found = _summary(explained, choice, shared, config, data, probe)
    return Explained(found, tuple(attributions), tuple(texts[row][0] for row in choice.rows), probe)


def _summary(
    explained: Mapping[int, Attribution],
    choice: Choice,
    shared: Mapping[int, Words],
    config: Configuration,
    data: Dataset,
    probe: bool,
) -> Explanations:
    own = {
        row: own_weights(explained[row], shared[family])
        for family, members in choice.families.items()
        for row in members
    }
    named = named_groups(data, own)
    minimum = _MINIMUM_TEXTS if probe else _MINIMUM_TEXTS_OF_PEOPLE
    contexts = [*choice.families.values(), *([row] for row in choice.spread if row not in own)]
    return Explanations(
        method=METHOD,
        texts=len(explained),
        minimum_texts=minimum,
        words=global_importance(
            ([explained[row] for row in rows] for rows in contexts), config.labels, minimum
        ),
        group_terms=group_terms(explained, own, named, config.labels),
        examples=telling_texts(explained, own, named, data, config.labels) if probe else (),
    )


def _read(
    path: Path, config: Configuration, names: Names, data: Dataset, choice: Choice
) -> tuple[dict[int, tuple[str, str]], dict[int, Words]]:
    """Identifier and text of the chosen rows, and the words that all rows of each chosen family share."""
    chosen = set(choice.rows)
    template = None if data.template is None else data.template.codes
    texts: dict[int, tuple[str, str]] = {}
    of_families = []
    for row, (identifier, text) in enumerate(rows(path, config.dataset_type, [names.identifier, TEXT])):
        if row in chosen:
            texts[row] = (identifier, text)
        if template is not None and int(template[row]) in choice.families:
            of_families.append((int(template[row]), text))
    return texts, shared_words(of_families)
