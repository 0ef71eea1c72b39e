"""How often the 95 % intervals hold the true value."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from analysis.sample import Sample
from analysis.settings import Settings
from analysis.sufficiency import insufficiency
from bias.registry import METRICS, Scope

from simulation.population import Population

_EVERYONE = 1e9
"""Rows of a population, of which the truth is computed."""
_ROUNDING = 1e-9
_MINIMUM = Settings().minimum_group_size


@dataclass(frozen=True)
class Coverage:
    """Shares of samples, by metric."""

    population: str
    rows: int
    samples: int
    held: dict[str, float]
    """Among the samples in which there is an interval."""
    given: dict[str, float]
    """In which there is an interval."""


POPULATIONS = {
    "both alike": Population.of(facet=0.3, positive=(0.4, 0.4), accuracy=(0.8, 0.8)),
    "facet worse off": Population.of(facet=0.2, positive=(0.5, 0.3), accuracy=(0.85, 0.7)),
    "small facet, good model": Population.of(facet=0.1, positive=(0.4, 0.35), accuracy=(0.95, 0.9)),
}
SIZES = (600, 3000)


def coverages(
    samples: int, replicates: int, seed: int, progress: Callable[[str], None]
) -> Iterator[Coverage]:
    """The coverage of every metric in every population at every size."""
    for name, population in POPULATIONS.items():
        for rows in SIZES:
            progress(f"coverage: {name}, {rows} rows")
            random = np.random.default_rng([seed, rows])
            yield coverage(name, population, rows, samples, replicates, random)


def coverage(
    name: str, population: Population, rows: int, samples: int, replicates: int, random: np.random.Generator
) -> Coverage:
    """The coverage of every metric in samples of a population."""
    everyone = population.counts(population.cells * _EVERYONE)
    truth = {key: float(metric.compute(everyone)) for key, metric in METRICS.items()}
    held, given = dict.fromkeys(METRICS, 0), dict.fromkeys(METRICS, 0)
    for _ in range(samples):
        for key, ends in _intervals(population, rows, replicates, random).items():
            given[key] += 1
            held[key] += ends[0] - _ROUNDING <= truth[key] <= ends[1] + _ROUNDING
    return Coverage(
        name,
        rows,
        samples,
        {key: held[key] / given[key] for key in METRICS if given[key] > 0},
        {key: number / samples for key, number in given.items()},
    )


def _intervals(
    population: Population, rows: int, replicates: int, random: np.random.Generator
) -> dict[str, tuple[float, float]]:
    samples = {
        scope: Sample.of(population.sample(rows, scope, random), replicates, random) for scope in Scope
    }
    found = {
        name: samples[metric.scope].interval(metric)
        for name, metric in METRICS.items()
        if insufficiency(metric, samples[metric.scope].counts, _MINIMUM) is None
    }
    return {name: (ends.low, ends.high) for name, ends in found.items() if ends is not None}
