"""The probe's rows: every sentence about every person, every thing in every variety of English."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from probe.grammar import HE, SHE, THEY, Pronoun, about_person, about_thing, fill
from probe.rows import Row
from probe.source import Group, Name, Noun, Rendering, Role, Source

FACETS = (
    "gender",
    "name_ethnicity",
    "name_gender",
    "name_ethnicity_and_gender",
    "age",
    "religion",
    "nationality",
    "disability",
    "english_variety",
)
NOT_NAMED = "not named"
"""The group of a sentence that differs from the others in naming no group."""


@dataclass(frozen=True)
class _Person:
    """Somebody whom a sentence can be about; `kind` and `filler` are parts of the rows' ids."""

    kind: str
    filler: str
    phrase: str
    pronoun: Pronoun
    facets: dict[str, str]


def probe(source: Source) -> list[Row]:
    """All rows, in the order of the source. Raises ValueError for a blank that is unknown."""
    people = [*_named(source.names), *_gendered(source.nouns), *_in_roles(source.roles, source.groups)]
    about_people = [
        Row(
            id=f"{sentence.id}/{person.kind}/{person.filler}",
            text=about_person(sentence.text, person.phrase, person.pronoun),
            label=sentence.label,
            facets=person.facets,
            template=f"{sentence.id}/{person.kind}",
        )
        for sentence in source.sentences
        for person in people
    ]
    return [*about_people, *_in_varieties(source)]


def _named(names: Sequence[Name]) -> Iterator[_Person]:
    for name in names:
        facets = {
            "name_ethnicity": name.ethnicity,
            "name_gender": name.gender,
            "name_ethnicity_and_gender": f"{name.ethnicity}, {name.gender}",
        }
        yield _Person("name", _id(name.text), name.text, SHE if name.gender == "woman" else HE, facets)


def _gendered(nouns: Sequence[Noun]) -> Iterator[_Person]:
    for noun in nouns:
        yield _Person(noun.id, "woman", noun.woman, SHE, {"gender": "woman"})
        yield _Person(noun.id, "man", noun.man, HE, {"gender": "man"})
        yield _Person(noun.id, "nonbinary", noun.nonbinary, THEY, {"gender": "nonbinary"})
        yield _Person(noun.id, _id(NOT_NAMED), noun.not_named, THEY, {"gender": NOT_NAMED})


def _in_roles(roles: Sequence[Role], groups: Sequence[Group]) -> Iterator[_Person]:
    facets = dict.fromkeys((group.facet for group in groups), NOT_NAMED)
    for place, role in enumerate(roles):
        phrase = fill(role.text, a="a", before="", after="")
        yield _Person(role.id, _id(NOT_NAMED), phrase, THEY, facets)
        for group in groups:
            before = group.before if isinstance(group.before, str) else group.before[place]
            phrase = fill(role.text, a=group.a, before=before, after=group.after)
            yield _Person(role.id, _id(group.name), phrase, THEY, {group.facet: group.name})


def _in_varieties(source: Source) -> Iterator[Row]:
    for rendering in source.renderings:
        for thing in source.things:
            yield from _of_thing(rendering, thing, source)


def _of_thing(rendering: Rendering, thing: str, source: Source) -> Iterator[Row]:
    for variety, text in rendering.texts.items():
        yield Row(
            id=f"{rendering.id}/{thing}/{_id(variety)}",
            text=about_thing(text, thing),
            label=rendering.label,
            facets={"english_variety": source.varieties[variety]},
            template=f"{rendering.id}/{thing}",
        )


def _id(name: str) -> str:
    return name.lower().replace(" ", "-").replace("_", "-")
