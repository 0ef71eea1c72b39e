"""The metrics by name: each with what it means, the values it can take and where it is defined."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bias.counts import Counts, Values

INFINITY = float("inf")

CLARIFY = "https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-"
"""Where AWS defines the metrics that SageMaker Clarify reports."""

Function = Callable[[Counts], Values]


class Stage(StrEnum):
    """Whether a metric looks at labels alone or at predictions, too; named as in Clarify's analysis.json."""

    PRE_TRAINING = "pre_training_bias_metrics"
    POST_TRAINING = "post_training_bias_metrics"


class Scope(StrEnum):
    """What a bootstrap replicate draws: rows within the facet and within the rest, or rows of the whole data
    set.
    """

    WITHIN_GROUPS = "within groups"
    ALL_ROWS = "all rows"


@dataclass(frozen=True)
class Metric:
    """One metric of bias."""

    name: str
    title: str
    definition: str
    stage: Stage
    compute: Function
    range: tuple[float, float]
    """Least and greatest value, infinite where there is none."""
    fair: float
    """The value without bias."""
    meaning: str
    """What a value far from the fair one says."""
    source: str
    scope: Scope = Scope.WITHIN_GROUPS
    is_distance: bool = False
    """Whether it has no sign: it says how far the groups are apart, not which one is favoured."""

    def unfairness(self, values: Values) -> Values:
        """How far values are from the fair one, at least 0: of a quotient by its logarithm, so that 1/2 is as
        far as 2.
        """
        with np.errstate(divide="ignore"):
            return np.abs(np.log(values)) if self.fair == 1 else np.abs(values - self.fair)


METRICS: dict[str, Metric] = {}
"""Every registered metric, in the order of Clarify's documentation."""


def metric(
    stage: Stage,
    title: str,
    page: str,
    *,
    range: tuple[float, float],
    meaning: str,
    fair: float = 0.0,
    scope: Scope = Scope.WITHIN_GROUPS,
    is_distance: bool = False,
) -> Callable[[Function], Function]:
    """Registers a function as a metric under its own name; its docstring is the metric's definition.

    `page` is the last part of the address below CLARIFY. Raises ValueError when the name is taken or there is
    no docstring.
    """

    def register(function: Function) -> Function:
        name = function.__name__
        if name in METRICS:
            raise ValueError(f"metric {name} is registered already")
        if not function.__doc__:
            raise ValueError(f"metric {name} needs a docstring, its definition")
        METRICS[name] = Metric(
            name=name,
            title=title,
            definition=" ".join(function.__doc__.split()),
            stage=stage,
            compute=function,
            range=range,
            fair=fair,
            meaning=meaning,
            source=CLARIFY + page,
            scope=scope,
            is_distance=is_distance,
        )
        return function

    return register
