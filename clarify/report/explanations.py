"""What the model looks at: words over many texts, words that name groups, and some texts word by word."""

from xml.etree.ElementTree import Element

from explanations.results import Explanations, GroupTerms

from report import words
from report.bars import bars
from report.html import Content, element, table
from report.weighed import LEAST, weighed

_MOST_BARS = 12


def explanations_section(found: Explanations) -> list[Element]:
    """The parts, without those that the data has nothing for."""
    intro = element("p", _INTRO.format(texts=words.plural(found.texts, "text")))
    return [intro, *_words(found), *_terms(found), *_texts(found)]


_INTRO = (
    "{texts} of this data set were explained: a few of each label and group. A word's weight is what it adds "
    "to a score, which goes from 0 to 1; below 0, what it takes away. The weights of a text add up "
    "to its score less that of an empty text."
)


def heaviest_words(found: Explanations) -> str:
    """Of all groups the one whose words weigh most, and how much; empty without groups."""
    every = [(terms.facet, *_heaviest(terms)) for terms in found.group_terms]
    if not every:
        return ""
    facet, group, label, weight = max(every, key=lambda one: abs(one[3]))
    return f"{facet}: {group} ({words.signed(weight)} to {label})"


def _heaviest(terms: GroupTerms) -> tuple[str, str, float]:
    """Group, label and weight of the heaviest effect."""
    every = [(one.group, label, weight) for one in terms.groups for label, weight in one.weights.items()]
    return max(every, key=lambda effect: abs(effect[2]))


def _words(found: Explanations) -> list[Element]:
    longest = max((abs(one.weight) for shown in found.words.values() for one in shown), default=0.0)
    if longest == 0:
        return [element("p", f"No word is in at least {found.minimum_texts} of the texts.")]
    rule = (
        f"Mean weights of words that at least {found.minimum_texts} different texts hold, the heaviest first "
        "(texts that differ in the group only count as one). Right of the line they add, left of it they "
        "take away. A word that says nothing about sentiment should not be here."
    )
    figures = [bars(label, shown[:_MOST_BARS], longest) for label, shown in found.words.items() if shown]
    return [
        element("h3", "Words that move the scores"),
        element("p", rule),
        element("div", *figures, class_="courses"),
    ]


def _terms(found: Explanations) -> list[Element]:
    if not found.group_terms:
        return []
    ordered = sorted(found.group_terms, key=lambda terms: -terms.share)
    heads = ["Facet", "Share of all weight", "Heaviest", "Adds"]
    digest = table(_DIGEST, heads, [element("tbody", *map(_facet, ordered))], class_="table terms")
    labels = list(found.words)
    every: list[Content] = ["Group", "Texts", *(f"Adds to {label}" for label in labels)]
    full = table(_FULL, every, [_groups(terms, labels) for terms in ordered], class_="table shares")
    return [
        element("h3", "Words that name a group"),
        element("p", _TERMS),
        digest,
        element("details", element("summary", "All groups"), full),
    ]


_DIGEST = "How much the words that name a group weigh, by facet"
_FULL = "What the words that name a group add to each score, on average"
_TERMS = (
    "In sentences that are the same but for the group, the words that differ (a name, a religion, and the "
    "pronouns and verbs that go with them; whole phrases for varieties of English) should weigh nothing. The "
    "groups of a facet are explained in the same sentences: where their numbers differ, the model treats "
    "them differently."
)


def _facet(terms: GroupTerms) -> Element:
    group, label, weight = _heaviest(terms)
    return element(
        "tr",
        element("th", terms.facet, scope="row"),
        element("td", f"{100 * terms.share:.1f} %"),
        element("td", group),
        element("td", f"{words.signed(weight)} to {label}"),
    )


def _groups(terms: GroupTerms, labels: list[str]) -> Element:
    head = element("th", terms.facet, scope="rowgroup", colspan=str(2 + len(labels)), class_="facet")
    rows = [
        element(
            "tr",
            element("th", effect.group, scope="row"),
            element("td", f"{effect.texts:,}", class_="number"),
            *(element("td", words.signed(effect.weights[label]), class_="number") for label in labels),
        )
        for effect in terms.groups
    ]
    return element("tbody", element("tr", head), *rows)


def _texts(found: Explanations) -> list[Element]:
    if not found.examples:
        return []
    rule = (
        f"Below a word stands its weight for the label that is given; words without a number weigh less than "
        f"{LEAST:g}. A solid line is under words that speak for the label, a dotted one under the others."
    )
    return [element("h3", "Some texts, word by word"), element("p", rule), *map(weighed, found.examples)]
