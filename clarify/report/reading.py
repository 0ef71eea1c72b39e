"""How to read the report, and what it was made from."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from analysis.results import Analysis
from analysis.settings import Settings

from report import words
from report.html import element


def how_to_read(analysis: Analysis) -> list[Element]:
    """Groups, plots and verdicts, with the numbers of this report."""
    outcome = f"The label {' or '.join(analysis.config.positive)}; every other label is the negative outcome."
    entries = {**_GROUPS, "Positive outcome": outcome, **_plots(analysis.settings)}
    return [_list({**entries, **_verdicts(analysis.settings)})]


def made_from(analysis: Analysis) -> list[Element]:
    """Versions, data and seed: what is needed to make the same report again."""
    settings, data = analysis.settings, analysis.data
    facts = {
        "Made": analysis.created.replace("T", " ").replace("Z", " UTC"),
        "Model": analysis.model or "not named",
        "Baseline": analysis.baseline or ("not named" if data.baseline is not None else "none"),
        "Data set": f"{words.plural(data.rows, 'row')}, SHA-256 {data.digest}",
        "Seed": str(settings.seed),
        "Intersections": ", ".join(" & ".join(pair) for pair in settings.intersections) or "none",
    }
    if analysis.explanations is not None:
        facts["Explanations"] = f"{analysis.explanations.texts:,} texts; {analysis.explanations.method}"
    return [
        _list(facts),
        element(
            "p",
            "Beside this file, dataset.csv has the labels, predictions and facets of every row, and "
            "analysis.json every figure of this page.",
        ),
    ]


_GROUPS = {
    "Group": "The rows with one value of a facet (in the metrics' texts: the facet). It is always compared "
    "with all other rows whose value is known (the rest). (30, 60] stands for above 30 and up to 60.",
    "Large and negative": "Each metric's text says what a large value means. Where a metric can be negative "
    "and the text does not say otherwise, a negative value means the same with group and rest exchanged.",
    "Counterfactual Fliptest": "Here, the counterfactuals of a sentence are the sentences of the same family "
    "(column template) outside of the group.",
}


def _plots(settings: Settings) -> dict[str, str]:
    return {
        "Interval": "If the data were drawn anew many times, about 95 of 100 such intervals would hold the "
        "true value. One that holds the fair value is no proof of fairness: with few rows it is wide. "
        f"({settings.replicates:,} bootstrap replicates, bias-corrected and accelerated.)",
        "Plot": "The point is the value, the line its interval, the ring the baseline's value (in the table: "
        "before), the dashed line the fair value. A grey point has no interval, and so no verdict; what "
        "lies beyond the scale stands at its end. Quotients are drawn on a logarithmic scale.",
    }


def _verdicts(settings: Settings) -> dict[str, str]:
    return {
        "worse": f"The metric is further from fair than before by more than {settings.tolerance:g}, and by "
        "more than chance explains: where nothing has changed, the test is made so that at most "
        f"{100 * settings.error_rate:g} % of reports say so anywhere (Holm's correction over the whole "
        "report). Compared are the baseline's predictions of the same rows, and the mean of the last "
        f"{words.plural(settings.weeks, 'report')}. Of quotients, the distance is that of the logarithms.",
        "ok": "No such increase was found. It does not say that the value is fair: look at the interval.",
        "insufficient data": f"Fewer than {words.plural(settings.minimum_group_size, 'row')} of the kind "
        "that the metric divides by, in the group or in the rest; or nothing to compare with. Never a "
        "reason for an alarm.",
    }


def _list(entries: Mapping[str, str]) -> Element:
    pairs = [part for term, text in entries.items() for part in (element("dt", term), element("dd", text))]
    return element("dl", *pairs)
