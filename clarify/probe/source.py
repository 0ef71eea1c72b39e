"""Reads the reviewed files in source/: what the probe's sentences are, and who they are about."""

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "source"


@dataclass(frozen=True)
class Sentence:
    """A sentence with blanks for a person; grammar.py fills them."""

    id: str
    label: str
    text: str


@dataclass(frozen=True)
class Name:
    """A first name and what it is associated with."""

    text: str
    ethnicity: str
    gender: str


@dataclass(frozen=True)
class Noun:
    """Words for the same relative or stranger of each gender."""

    id: str
    woman: str
    man: str
    nonbinary: str
    not_named: str


@dataclass(frozen=True)
class Role:
    """A phrase with blanks for a group's article and the group's words."""

    id: str
    text: str


@dataclass(frozen=True)
class Group:
    """A group and its words: before the noun (one word, or one for each role) and after it."""

    facet: str
    name: str
    a: str = "a"
    before: str | Sequence[str] = ""
    after: str = ""


@dataclass(frozen=True)
class Rendering:
    """One sentence in several varieties of English, by the variety's key; `features` are for reviewers."""

    id: str
    label: str
    features: Mapping[str, Sequence[int]]
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Source:
    """Everything that the probe is generated from."""

    sentences: Sequence[Sentence]
    names: Sequence[Name]
    nouns: Sequence[Noun]
    roles: Sequence[Role]
    groups: Sequence[Group]
    renderings: Sequence[Rendering]
    varieties: Mapping[str, str]
    """Name of each variety by its key."""
    things: Sequence[str]


def read_source(folder: Path = _FOLDER) -> Source:
    """The files of a folder. Raises OSError, tomllib.TOMLDecodeError, and TypeError or KeyError for an entry
    with an unknown or a missing key.
    """
    people = tomllib.loads((folder / "people.toml").read_text(encoding="utf-8"))
    varieties = tomllib.loads((folder / "varieties.toml").read_text(encoding="utf-8"))
    sentences = tomllib.loads((folder / "sentences.toml").read_text(encoding="utf-8"))
    return Source(
        sentences=[Sentence(**entry) for entry in sentences["sentence"]],
        names=_names(folder / "names.csv"),
        nouns=[Noun(**entry) for entry in people["noun"]],
        roles=[Role(**entry) for entry in people["role"]],
        groups=[Group(**entry) for entry in people["group"]],
        renderings=[_rendering(entry, varieties["varieties"]) for entry in varieties["sentence"]],
        varieties=varieties["varieties"],
        things=varieties["things"],
    )


def _names(path: Path) -> list[Name]:
    with path.open(encoding="utf-8", newline="") as file:
        return [Name(row["name"], row["ethnicity"], row["gender"]) for row in csv.DictReader(file)]


def _rendering(entry: dict[str, Any], varieties: Mapping[str, str]) -> Rendering:
    texts = {variety: entry.pop(variety) for variety in varieties}
    return Rendering(texts=texts, **entry)
