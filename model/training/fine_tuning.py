"""The training loop: AdamW with warm-up and linear decay, checkpoints to go on from, and a progress bar."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TypedDict

import torch
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR
from tqdm import tqdm

from training.batch import Batch, collate
from training.encoder import Classifier
from training.examples import Example, batches, epoch

_CHECKPOINT_STEPS = 250


@dataclass(frozen=True)
class Hyperparameters:
    """How the encoder is fine-tuned. Learning rates are those after warm-up; batch tokens count padding."""

    epochs: int = 2
    batch_tokens: int = 1536
    learning_rate: float = 1e-4
    embedding_learning_rate: float = 5e-5
    head_learning_rate: float = 5e-4
    weight_decay: float = 0.01
    warm_up: float = 0.04
    prior_adjustment: float = 1.0


class _Checkpoint(TypedDict):
    step: int
    model: dict[str, Tensor]
    optimizer: dict[str, object]
    schedule: dict[str, object]
    random: Tensor


class FineTuning:
    """One run, which goes on from its checkpoint where there is one."""

    def __init__(
        self,
        model: Classifier,
        files: Sequence[Sequence[Example]],
        repeats: Sequence[float],
        parameters: Hyperparameters,
        seed: int,
        folder: Path,
    ) -> None:
        """Prepares the run; checkpoints of other inputs, the model's weights among them, have other names."""
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model, self._parameters = model.to(self._device), parameters
        self._batches = [
            group
            for index in range(parameters.epochs)
            for group in batches(epoch(files, repeats, seed + index), parameters.batch_tokens, seed + index)
        ]
        self._optimizer = AdamW(_groups(model, parameters), weight_decay=parameters.weight_decay, fused=True)
        self._schedule = LambdaLR(self._optimizer, self._rate)
        self.checkpoint = folder / f"{_digest(model, self._batches, parameters, seed)}.pt"
        torch.manual_seed(seed)

    def run(self) -> None:
        """Trains to the end. An interrupted run loses the steps since its last checkpoint, no more."""
        done = self._resume()
        self._model.train()
        bar = tqdm(total=len(self._batches), initial=done, unit="step", desc="training", smoothing=0.05)
        with bar:
            for step, group in enumerate(islice(self._batches, done, None), done + 1):
                loss = self._step(collate(group, self._device))
                bar.update()
                bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
                if step % _CHECKPOINT_STEPS == 0 or step == len(self._batches):
                    self._save(step)
        self._model.eval()

    def _step(self, batch: Batch) -> float:
        with torch.autocast(self._device.type, torch.bfloat16):
            logits = self._model(batch.ids, batch.mask).float()
        loss = adjusted_loss(logits, batch, self._parameters.prior_adjustment)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        self._schedule.step()
        return float(loss.item())

    def _rate(self, step: int) -> float:
        total = len(self._batches)
        warm_up = max(1, round(self._parameters.warm_up * total))
        return min((step + 1) / warm_up, max(0.0, (total - step) / (total - warm_up)))

    def _save(self, step: int) -> None:
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        state: _Checkpoint = {
            "step": step,
            "model": self._model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "random": torch.get_rng_state(),
        }
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self.checkpoint)

    def _resume(self) -> int:
        if not self.checkpoint.exists():
            return 0
        state: _Checkpoint = torch.load(self.checkpoint, map_location=self._device, weights_only=True)
        self._model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["random"].cpu())
        return state["step"]


def adjusted_loss(logits: Tensor, batch: Batch, adjustment: float) -> Tensor:
    """Cross-entropy of logits to which the log label shares of each text's file are added: a scalar.

    So the encoder need not learn that film reviews are rarely neutral, and without the addition it answers as
    if labels were equally frequent: Menon et al. (2021), "Long-tail learning via logit adjustment", eq. 10.
    """
    log_shares = (logits + adjustment * batch.log_priors).log_softmax(-1)
    losses = -(batch.targets * log_shares).sum(-1)
    return (batch.weights * losses).sum() / batch.weights.sum()


def _groups(model: Classifier, parameters: Hyperparameters) -> Iterator[dict[str, object]]:
    rates = {
        "words": parameters.embedding_learning_rate,
        "positions": parameters.embedding_learning_rate,
        "head": parameters.head_learning_rate,
    }
    for name, module in model.named_children():
        if parameters_ := list(module.parameters()):
            yield {"params": parameters_, "lr": rates.get(name, parameters.learning_rate)}


def _digest(
    model: Classifier, groups: Sequence[Sequence[Example]], parameters: Hyperparameters, seed: int
) -> str:
    """What a checkpoint belongs to: the settings, the model at the start, and every example in its order."""
    digest = hashlib.sha256(json.dumps([asdict(parameters), seed]).encode())
    for tensor in model.state_dict().values():
        digest.update(tensor.cpu().numpy().tobytes())
    for group in groups:
        for example in group:
            digest.update(repr((example.ids, example.weight)).encode())
            digest.update(example.target.tobytes() + example.prior.tobytes())
    return digest.hexdigest()[:16]
