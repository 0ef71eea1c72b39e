"""Bias-corrected temperature scaling: four numbers that make scores mean what they say.

Alexandari et al. (2020), "Maximum Likelihood with Bias-Corrected Calibration is Hard-To-Beat at Label Shift
Adaptation", section 2.3.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from inference import LABELS, Label, Prediction

Floats = npt.NDArray[np.float64]

_NEWTON_STEPS = 30
_RIDGE = 1e-6  # equal offsets change nothing: this chooses those around 0


@dataclass(frozen=True)
class Calibration:
    """Calibrated logits are `logits / temperature + offsets`, one offset for each of LABELS."""

    temperature: float
    offsets: tuple[float, ...]


def fit_calibration(sets: Sequence[tuple[Sequence[Prediction], Sequence[Label]]]) -> Calibration:
    """The calibration under which the labels of some sets are most likely.

    Each label of each set weighs the same, so that scores keep supposing that labels are equally frequent.
    """
    logits = np.concatenate([_logits(predictions) for predictions, _ in sets])
    targets = np.concatenate([_one_hot(labels) for _, labels in sets])
    weights = np.concatenate([_weights(labels) for _, labels in sets])
    parameters = np.array([1.0, *[0.0] * len(LABELS)])  # inverse temperature, offsets
    for _ in range(_NEWTON_STEPS):  # the loss is convex in these
        parameters -= _newton_step(parameters, logits, targets, weights)
    return Calibration(float(1 / parameters[0]), tuple(float(offset) for offset in parameters[1:]))


def _newton_step(parameters: Floats, logits: Floats, targets: Floats, weights: Floats) -> Floats:
    """Of the weighted mean cross-entropy; `features` are the derivatives of the logits by the parameters."""
    ones = np.broadcast_to(np.eye(len(LABELS)), (*logits.shape, len(LABELS)))
    features = np.concatenate([logits[:, :, None], ones], axis=2)
    scaled = features @ parameters
    shares = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    centred = features - np.einsum("rl,rlp->rp", shares, features)[:, None]
    gradient = np.einsum("r,rl,rlp->p", weights, shares - targets, features) + _RIDGE * parameters
    curvature = np.einsum("r,rl,rlp,rlq->pq", weights, shares, centred, centred)
    hessian = curvature + _RIDGE * np.eye(len(parameters))
    step: Floats = np.linalg.solve(hessian, gradient)
    return step


def _logits(predictions: Sequence[Prediction]) -> Floats:
    scores = np.array([[prediction["scores"][label] for label in LABELS] for prediction in predictions])
    logits: Floats = np.log(np.maximum(scores, 1e-7))
    return logits


def _one_hot(labels: Sequence[Label]) -> Floats:
    rows: Floats = np.eye(len(LABELS))[[LABELS.index(label) for label in labels]]
    return rows


def _weights(labels: Sequence[Label]) -> Floats:
    counts = _one_hot(labels).sum(axis=0)
    weights: Floats = 1 / counts[[LABELS.index(label) for label in labels]]
    weights /= weights.sum()
    return weights
