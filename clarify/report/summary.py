"""The answer first, in plain words."""

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from analysis.history import Earlier
from analysis.results import Analysis, FacetResult, MetricResult
from bias.comparison import Verdict

from report import words
from report.explanations import heaviest_words
from report.html import element
from report.standing import furthest

_MOST = 10
_ANSWERS = {
    Verdict.WORSE: "Yes.",
    Verdict.OK: "No.",
    Verdict.INSUFFICIENT_DATA: "This report cannot say.",
}


def summary(analysis: Analysis, history: Sequence[Earlier]) -> list[Element]:
    """Whether anything is worse than before, what, and what could not be judged."""
    worse = [
        (facet, result)
        for facet in analysis.facets
        for result in facet.metrics
        if result.verdict is Verdict.WORSE
    ]
    answer = element(
        "p", element("strong", _ANSWERS[analysis.verdict]), " ", _because(analysis, history), class_="answer"
    )
    parts = [answer]
    if worse:
        worse.sort(key=lambda row: -max(change.increase for change, _ in row[1].changes.values()))
        parts.append(element("ul", *(element("li", *_harm(*row)) for row in worse[:_MOST])))
        if len(worse) > _MOST:
            parts.append(element("p", f"And {len(worse) - _MOST} more: see what changed."))
        parts += [element("h3", "What to do"), element("ol", *(element("li", step) for step in _STEPS))]
    today = list(_today(analysis))
    if today:
        parts += [
            element("h3", "How things stand today"),
            element("ul", *(element("li", line) for line in today)),
        ]
    return [*parts, element("p", _unjudged(analysis), class_="soft")]


_STEPS = (
    "Do not promote this version as it is. Where it is live already, consider npm run rollback.",
    "See under “What changed” how large it is, and whether several metrics of a group say the same.",
    "Read the rows of the group in dataset.csv (filter by its facet): does the model harm these people, or "
    "are labels or sentences wrong?",
    "Write down what was decided, by whom and why, with the date of this report.",
)


def _today(analysis: Analysis) -> Iterator[str]:
    """What else a reader must not miss: not worse is not fair."""
    if found := furthest(analysis):
        facet, result = found[0]
        fair = f"fair is {words.short(result.metric.fair)}"
        said = f"{words.name(result)} of {words.group(facet)} is {words.number(result.value)} ({fair})"
        yield f"The largest difference between a group and the rest today: {said}."
    if analysis.explanations and (named := heaviest_words(analysis.explanations)):
        yield f"The words that name a group should weigh nothing. They weigh most for {named}."
    if analysis.drift is not None:
        yield f"This week's traffic beside the training texts and the weeks before: {analysis.drift.verdict}."


def _because(analysis: Analysis, history: Sequence[Earlier]) -> str:
    with_what = _compared_with(analysis, history)
    if not with_what:
        return "There is nothing to compare with: neither predictions of a baseline nor earlier reports."
    judged = analysis.tally[Verdict.OK] + analysis.tally[Verdict.WORSE]
    metrics, groups = len(analysis.config.metrics), len(analysis.facets)
    what = (
        f"{words.plural(metrics, 'metric')} of {words.plural(groups, 'group')} were compared with {with_what}"
    )
    if analysis.verdict is Verdict.INSUFFICIENT_DATA:
        return f"{what}, but none has enough rows for a verdict."
    found = analysis.tally[Verdict.WORSE]
    said = (
        f"{found:,} of {judged:,} verdicts {'is' if found == 1 else 'are'} worse"
        if found
        else f"none of {judged:,} verdicts is worse"
    )
    return f"{what}: {said}."


def _compared_with(analysis: Analysis, history: Sequence[Earlier]) -> str:
    things = []
    if analysis.data.baseline is not None:
        things.append(
            f"the baseline {analysis.baseline}" if analysis.baseline else "the baseline's predictions"
        )
    if history:
        compared = min(len(history), analysis.settings.weeks)
        things.append("the last report" if compared == 1 else f"the last {compared} reports")
    return " and with ".join(things)


def _harm(facet: FacetResult, result: MetricResult) -> list[Element | str]:
    before = "" if result.baseline_value is None else f", was {words.number(result.baseline_value)}"
    fair = words.short(result.metric.fair)
    return [
        element("strong", f"{words.name(result)} of {words.group(facet)}"),
        f" is {words.number(result.value)}{before} (fair: {fair}). {words.meaning(facet, result)}",
    ]


def _unjudged(analysis: Analysis) -> str:
    number = analysis.tally[Verdict.INSUFFICIENT_DATA]
    if number == 0:
        return "Every metric of every group could be judged."
    return (
        f"{words.plural(number, 'verdict')} of {sum(analysis.tally.values()):,} could not be given; "
        "what was left out, and why, stands below."
    )
