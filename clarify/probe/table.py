"""How many rows the probe has of each facet, group and label: the table in README.md."""

from collections import Counter
from collections.abc import Sequence

from probe.rows import LABELS, Row
from probe.sentences import FACETS


def table(rows: Sequence[Row]) -> str:
    """The numbers in Markdown."""
    count = Counter((facet, group, row.label) for row in rows for facet, group in row.facets.items())
    groups = dict.fromkeys((facet, group) for facet, group, _ in count)
    ordered = sorted(groups, key=lambda group: FACETS.index(group[0]))
    return "\n".join(
        [
            f"| facet | group | {' | '.join(LABELS)} |",
            f"| --- | --- | {' | '.join('---:' for _ in LABELS)} |",
            *(
                f"| {facet} | {group} | {' | '.join(str(count[facet, group, label]) for label in LABELS)} |"
                for facet, group in ordered
            ),
        ]
    )
