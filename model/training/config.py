"""The sizes of an encoder."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EncoderConfig:
    """Sizes of the encoder; the names are those of a Hugging Face config.json."""

    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    max_position_embeddings: int
    layer_norm_eps: float
