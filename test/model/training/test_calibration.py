"""Calibration: recovers a known distortion, and leaves what is calibrated alone."""

import numpy as np
import pytest
from inference import LABELS, Label, Prediction
from training.calibration import fit_calibration


def drawn(seed: int, temperature: float, offset: float) -> tuple[list[Prediction], list[Label]]:
    """Labels drawn from softmax(logits), predicted as softmax((logits - offset of neutral) * temperature)."""
    draw = np.random.default_rng(seed)
    logits = draw.standard_normal((6000, 3)) * 1.5
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = [LABELS[draw.choice(3, p=row)] for row in shares]
    said = np.exp((logits - [0, offset, 0]) * temperature)
    said /= said.sum(1, keepdims=True)
    predictions: list[Prediction] = [
        {"label": LABELS[row.argmax()], "scores": {"positive": row[0], "neutral": row[1], "negative": row[2]}}
        for row in said
    ]
    return predictions, labels


@pytest.mark.parametrize(("temperature", "offset"), [(1.0, 0.0), (1.6, 0.0), (0.5, 0.8)])
def test_a_distortion_is_found(temperature: float, offset: float) -> None:
    found = fit_calibration([drawn(0, temperature, offset)])
    assert found.temperature == pytest.approx(temperature, rel=0.1)
    positive, neutral, negative = found.offsets
    assert neutral - (positive + negative) / 2 == pytest.approx(offset, abs=0.12)
    assert positive - negative == pytest.approx(0, abs=0.12)


def test_the_share_of_a_label_in_a_set_does_not_move_the_offsets() -> None:
    predictions, labels = drawn(1, 1.0, 0.0)
    rare = [n for n, label in enumerate(labels) if label != "negative" or n % 8 == 0]
    thinned = [predictions[n] for n in rare], [labels[n] for n in rare]
    whole, part = (fit_calibration([item]).offsets for item in ((predictions, labels), thinned))
    assert part == pytest.approx(whole, abs=0.15)
