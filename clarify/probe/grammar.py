"""Fills the blanks of a sentence so that pronouns, verbs and articles agree with the person."""

import re
from dataclasses import dataclass

_BLANK = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Pronoun:
    """The forms of a pronoun, and whether its verb stands in the plural."""

    they: str
    them: str
    their: str
    plural_verb: bool


SHE = Pronoun("she", "her", "her", plural_verb=False)
HE = Pronoun("he", "him", "his", plural_verb=False)
THEY = Pronoun("they", "them", "their", plural_verb=True)


def about_person(sentence: str, person: str, pronoun: Pronoun) -> str:
    """The sentence about that person; `{is|are}` is the verb of `{they}`. Raises ValueError for a blank
    that is unknown.
    """
    blanks = {
        "person": person,
        "they": pronoun.they,
        "them": pronoun.them,
        "their": pronoun.their,
    }

    def word(blank: str) -> str:
        singular, verb, plural = blank.partition("|")
        if verb:
            return plural if pronoun.plural_verb else singular
        return _known(blanks, blank)

    return _capitalised(_BLANK.sub(lambda match: word(match[1]), sentence))


def fill(phrase: str, **blanks: str) -> str:
    """The phrase with each blank filled, some with nothing. Raises ValueError for a blank that is unknown."""
    return " ".join(_BLANK.sub(lambda match: _known(blanks, match[1]), phrase).split())


def about_thing(sentence: str, thing: str) -> str:
    """The sentence about that thing. Raises ValueError for a blank that is unknown."""
    return _capitalised(fill(sentence, thing=thing))


def _known(blanks: dict[str, str], blank: str) -> str:
    if blank not in blanks:
        raise ValueError(f"unknown blank {{{blank}}}; use one of {', '.join(blanks)}")
    return blanks[blank]


def _capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
