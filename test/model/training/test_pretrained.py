"""Reading a published encoder, by `npm run test:training`: each weight arrives in its place."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="only the training environment has PyTorch")

from onnx import numpy_helper  # noqa: E402
from published import encoder_graph, encoder_package  # noqa: E402
from tiny import published_tokenizer  # noqa: E402
from training.encoder import Classifier  # noqa: E402
from training.pretrained import Encoder  # noqa: E402

STORED = {tensor.name: numpy_helper.to_array(tensor) for tensor in encoder_graph().graph.initializer}


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(encoder_package())


@pytest.fixture(scope="module")
def classifier(encoder: Encoder) -> Classifier:
    return encoder.classifier()


def test_its_sizes_are_those_of_the_weights(classifier: Classifier) -> None:
    config = classifier.config
    assert (config.hidden_size, config.intermediate_size, config.num_hidden_layers) == (64, 96, 2)
    assert (config.num_attention_heads, config.max_position_embeddings) == (2, 256)


def test_matrices_are_found_by_their_nodes(classifier: Classifier) -> None:
    state = {name: tensor.numpy() for name, tensor in classifier.state_dict().items()}
    parts = [STORED[f"onnx::MatMul_1{place}"].T for place in range(3)]
    np.testing.assert_array_equal(state["layers.1.query_key_value.weight"], np.concatenate(parts))
    np.testing.assert_array_equal(state["layers.0.attention_out.weight"], STORED["onnx::MatMul_03"].T)
    np.testing.assert_array_equal(state["layers.0.up.weight"], STORED["onnx::MatMul_04"].T)
    np.testing.assert_array_equal(state["layers.1.down.weight"], STORED["onnx::MatMul_15"].T)
    np.testing.assert_array_equal(state["layers.1.down.bias"], STORED["encoder.layer.1.output.dense.bias"])


def test_words_keep_their_vectors_under_other_ids(encoder: Encoder, classifier: Classifier) -> None:
    words, published = STORED["embeddings.word_embeddings.weight"], published_tokenizer()
    for word in ("[PAD]", "[SEP]", "good", "##s"):
        found = classifier.words.weight[encoder.tokenizer.token_to_id(word)]
        np.testing.assert_array_equal(found.detach().numpy(), words[published.token_to_id(word)])


def test_emoji_begin_as_the_mean_of_their_names(encoder: Encoder, classifier: Classifier) -> None:
    words, published = STORED["embeddings.word_embeddings.weight"], published_tokenizer()
    name = published.encode("face with tears of joy", add_special_tokens=False)
    found = classifier.words.weight[encoder.tokenizer.token_to_id("😂")].detach().numpy()
    np.testing.assert_allclose(found, words[name.ids].mean(0), atol=1e-6)
