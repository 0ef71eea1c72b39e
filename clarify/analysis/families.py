"""The counterfactual of a sentence of a template: the same sentence about another group."""

import numpy as np
from bias.counts import Booleans

from analysis.coding import MISSING, Codes


def family_counterfactuals(families: Codes, inside: Booleans, prediction: Booleans) -> Booleans | None:
    """What is predicted for the same sentence outside of the group: the majority of its family there.

    The nearest neighbours of a sentence of a template are those that differ in nothing but the group. Rows
    without such neighbours, and those whose neighbours are divided evenly, keep their own prediction. None
    where no family has rows on both sides.
    """
    outside = ~inside & (families != MISSING)
    number = int(families.max(initial=0)) + 1
    all_rows = np.bincount(families[outside], minlength=number)
    positive = np.bincount(families[outside & prediction], minlength=number)
    member = inside & (families != MISSING)
    if not (all_rows[families[member]] > 0).any():
        return None
    decided = member & (2 * positive != all_rows)[families]
    result = prediction.copy()
    result[decided] = (2 * positive > all_rows)[families[decided]]
    return result
