"""What is ours alone and therefore not in analysis_config.json, which SageMaker Clarify must accept, too."""

from dataclasses import dataclass

from analysis.problem import AnalysisError


@dataclass(frozen=True)
class Settings:
    """How intervals and verdicts are found. Raises AnalysisError for values without a meaning."""

    minimum_group_size: int = 30
    """Rows that a metric needs on each side of a facet, of the kind that it divides by, for a verdict."""
    replicates: int = 1000
    """Bootstrap replicates; the 95 % interval's ends come from the 25 lowest and highest of 1000."""
    seed: int = 0
    """The same seed, data and configuration give the same report."""
    error_rate: float = 0.05
    """Share of reports without any change that may say `worse` somewhere."""
    tolerance: float = 0.01
    """Increases of unfairness up to this are too small to matter."""
    weeks: int = 4
    """The newest earlier reports whose mean this report is compared with."""
    intersections: tuple[tuple[str, str], ...] = ()
    """Pairs of facet columns whose combined values are facets, too."""

    def __post_init__(self) -> None:
        rules = {
            "minimum group size": (self.minimum_group_size, self.minimum_group_size >= 1, "at least 1"),
            "replicates": (self.replicates, self.replicates >= 100, "at least 100"),
            "seed": (self.seed, self.seed >= 0, "at least 0"),
            "error rate": (self.error_rate, 0 < self.error_rate < 1, "between 0 and 1"),
            "tolerance": (self.tolerance, self.tolerance >= 0, "at least 0"),
            "weeks": (self.weeks, self.weeks >= 1, "at least 1"),
        }
        for name, (value, is_right, right) in rules.items():
            if not is_right:
                raise AnalysisError(f"the {name} is {value}, but must be {right}")
