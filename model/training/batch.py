"""The tensors of one training step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training.examples import Example

_RAREST = 1e-6  # the label share of a file without the label: its logarithm stays finite


@dataclass(frozen=True)
class Batch:
    """One step's ids and mask [batch, tokens], targets and log_priors [batch, 3], and weights [batch]."""

    ids: Tensor
    mask: Tensor
    targets: Tensor
    log_priors: Tensor
    weights: Tensor


def collate(group: Sequence[Example], device: torch.device) -> Batch:
    """The tensors of a batch; padding has the id 0."""
    shape = len(group), max(len(example.ids) for example in group)
    ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for row, example in enumerate(group):
        ids[row, : len(example.ids)] = example.ids
        mask[row, : len(example.ids)] = 1
    priors = np.stack([example.prior for example in group])
    return Batch(
        torch.from_numpy(ids).to(device),
        torch.from_numpy(mask).to(device),
        torch.from_numpy(np.stack([example.target for example in group])).to(device),
        torch.from_numpy(np.log(np.maximum(priors, _RAREST))).to(device),
        torch.tensor([example.weight for example in group], dtype=torch.float32, device=device),
    )
