"""Which columns of a data set are read."""

from dataclasses import dataclass
from pathlib import Path

from bias.registry import Stage

from analysis.config import Column, Configuration
from analysis.problem import AnalysisError, quoted
from analysis.rows import columns_of

BASELINE = "baseline_predicted_label"
"""Column of what another model version predicts, where it is compared."""
TEMPLATE = "template"
"""Column of the counterfactual sentence family, where there is one."""


@dataclass(frozen=True)
class Names:
    """Which columns are read."""

    identifier: str
    label: str
    prediction: str | None
    baseline: str | None
    stratum: str | None
    template: str | None
    facets: tuple[str, ...]
    """One for each entry of the configuration."""

    @property
    def all(self) -> list[str]:
        """Each column once."""
        single = (self.identifier, self.label, self.prediction, self.baseline, self.stratum, self.template)
        return list(dict.fromkeys(name for name in (*single, *self.facets) if name is not None))


def names_in(path: Path, config: Configuration) -> Names:
    """Finds the configuration's columns in the file; raises AnalysisError that lists those there are."""
    there = columns_of(path, config.dataset_type)
    if config.headers and list(config.headers) != there:
        raise AnalysisError(
            f"{path} has the columns {', '.join(there)}, but headers says {', '.join(config.headers)}"
        )

    def find(column: Column, key: str) -> str:
        if isinstance(column, int) and column < len(there):
            return there[column]
        if column in there:
            return str(column)
        raise AnalysisError(f"{key} is {quoted(column)}, but {path} has only the columns {', '.join(there)}")

    if config.predicted_label is None and any(
        metric.stage is Stage.POST_TRAINING for metric in config.metrics
    ):
        raise AnalysisError(
            "methods.post_training_bias needs predicted_label, the column of predicted labels; "
            "`python -m job` asks a model for them"
        )
    return Names(
        identifier=find(config.identifier, "joinsource_name_or_index (id where it is not given)"),
        label=find(config.label, "label"),
        prediction=None
        if config.predicted_label is None
        else find(config.predicted_label, "predicted_label"),
        baseline=BASELINE if BASELINE in there and config.predicted_label is not None else None,
        stratum=None if config.group_variable is None else find(config.group_variable, "group_variable"),
        template=TEMPLATE if TEMPLATE in there else None,
        facets=tuple(
            find(facet.column, f"facet[{number}].name_or_index") for number, facet in enumerate(config.facets)
        ),
    )
