"""The encoder with its classification head, for training: BERT as PyTorch modules.

Attention is written out: on CPUs PyTorch's fused attention in bfloat16 takes six times as long.
"""

import torch
from inference import LABELS
from torch import Tensor, nn

from training.config import EncoderConfig

_DROPOUT = 0.1


class Classifier(nn.Module):
    """Mean-pooled encoder and a linear layer: token ids and mask [batch, tokens] -> logits [batch, 3]."""

    def __init__(self, config: EncoderConfig) -> None:
        """Starts with random weights."""
        super().__init__()
        self.config = config
        size = config.hidden_size
        self.words = nn.Embedding(config.vocab_size, size)
        self.positions = nn.Embedding(config.max_position_embeddings, size)
        self.norm = nn.LayerNorm(size, config.layer_norm_eps)
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.num_hidden_layers))
        self.dropout = _Dropout()
        self.head = nn.Linear(size, len(LABELS))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Logits in the order of LABELS."""
        places = torch.arange(ids.shape[1], device=ids.device)
        hidden = self.dropout(self.norm(self.words(ids) + self.positions(places)))
        bias = (1.0 - mask[:, None, None, :].to(hidden.dtype)) * -1e4
        for layer in self.layers:
            hidden = layer(hidden, bias)
        weights = mask[:, :, None].to(hidden.dtype)
        pooled = (hidden * weights).sum(1) / weights.sum(1)
        logits: Tensor = self.head(self.dropout(pooled[:, None])[:, 0])
        return logits


class _Layer(nn.Module):
    """Self-attention and a feed-forward network, each with a residual connection and a norm after it."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        size = config.hidden_size
        self.heads = config.num_attention_heads
        self.query_key_value = nn.Linear(size, 3 * size)
        self.attention_out = nn.Linear(size, size)
        self.attention_norm = nn.LayerNorm(size, config.layer_norm_eps)
        self.up = nn.Linear(size, config.intermediate_size)
        self.down = nn.Linear(config.intermediate_size, size)
        self.output_norm = nn.LayerNorm(size, config.layer_norm_eps)
        self.dropout = _Dropout()

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        attended = self.attention_out(self._attend(hidden, bias))
        hidden = self.attention_norm(hidden + self.dropout(attended))
        transformed = self.down(nn.functional.gelu(self.up(hidden)))
        output: Tensor = self.output_norm(hidden + self.dropout(transformed))
        return output

    def _attend(self, hidden: Tensor, bias: Tensor) -> Tensor:
        batch, tokens, size = hidden.shape
        split = self.query_key_value(hidden).view(batch, tokens, 3, self.heads, size // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        scores = query @ key.transpose(-1, -2) * (size // self.heads) ** -0.5 + bias
        shares = scores.softmax(-1).to(value.dtype)
        attended: Tensor = shares @ value
        return attended.transpose(1, 2).reshape(batch, tokens, size)


class _Dropout(nn.Module):
    """Drops the same features of all tokens of a text (Gal and Ghahramani, 2016).

    One random number a feature rather than one a token's feature: those took a sixth of a step's time.
    """

    def forward(self, hidden: Tensor) -> Tensor:
        if not self.training:
            return hidden
        kept = torch.full_like(hidden[:, :1], 1 - _DROPOUT).bernoulli()
        return hidden * kept / (1 - _DROPOUT)
