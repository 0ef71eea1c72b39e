"""What would be predicted for the rows of a facet if they did not belong to it: asked of their nearest
neighbours outside.

Black, Yeom and Fredrikson, FlipTest: Fairness Testing via Optimal Transport (2020),
https://arxiv.org/abs/1906.09218; nearest neighbours in place of optimal transport, and their number, as in
smclarify.
"""

import numpy as np
import numpy.typing as npt
from sklearn.neighbors import KNeighborsClassifier

from bias.counts import Booleans

_NEIGHBOURS = 5
_FEW_ROWS = 9
"""Up to so many rows outside of the facet only the nearest one is asked."""


def counterfactuals(
    features: npt.NDArray[np.float64], facet: Booleans, prediction: Booleans
) -> Booleans | None:
    """The majority's prediction among the nearest rows outside of the facet; rows outside of it keep their
    own.

    `features` has shape (rows, numeric columns); distances are Euclidean, so that columns of greater scale
    count more. None where one side has no rows.
    """
    if facet.all() or not facet.any():
        return None
    neighbours = _NEIGHBOURS if (~facet).sum() > _FEW_ROWS else 1
    classifier = KNeighborsClassifier(n_neighbors=neighbours).fit(features[~facet], prediction[~facet])
    result = prediction.copy()
    result[facet] = classifier.predict(features[facet])
    return result
