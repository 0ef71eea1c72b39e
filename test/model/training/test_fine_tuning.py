"""Training with PyTorch, by `npm run test:training`: resumes exactly, learns, and equals the graph."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

torch = pytest.importorskip("torch", reason="only the training environment has PyTorch")

from published import encoder_package  # noqa: E402
from tiny import CONFIG, random_weights, write_corpus  # noqa: E402
from train import main, train  # noqa: E402
from training.batch import Batch, collate  # noqa: E402
from training.corpus import load_corpus  # noqa: E402
from training.encoder import Classifier  # noqa: E402
from training.examples import Example  # noqa: E402
from training.fine_tuning import FineTuning, Hyperparameters, adjusted_loss  # noqa: E402
from training.graph import build_graph  # noqa: E402

PARAMETERS = Hyperparameters(epochs=2, batch_tokens=96, learning_rate=3e-3, head_learning_rate=1e-2)


def model() -> Classifier:
    classifier = Classifier(CONFIG)
    classifier.load_state_dict({name: torch.tensor(value) for name, value in random_weights().items()})
    return classifier


def examples() -> list[Example]:
    """The first token says which label."""
    draw = np.random.default_rng(0)
    prior = np.full(3, 1 / 3, np.float32)
    labels = draw.integers(0, 3, 600)
    targets = np.eye(3, dtype=np.float32)[labels]
    return [
        Example([10 + int(label), *draw.integers(20, 60, 5).tolist()], target, prior, 1.0)
        for label, target in zip(labels, targets, strict=True)
    ]


def run(folder: Path, classifier: Classifier) -> Classifier:
    FineTuning(classifier, [examples()], [1.0], PARAMETERS, 0, folder).run()
    return classifier


def test_an_interrupted_run_ends_as_an_uninterrupted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.fine_tuning._CHECKPOINT_STEPS", 20)
    whole = run(tmp_path / "whole", model())
    steps = 0

    def interrupted(self: FineTuning, batch: Batch) -> float:
        nonlocal steps
        steps += 1
        if steps == 45:
            raise KeyboardInterrupt
        return step(self, batch)

    step = FineTuning._step
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(FineTuning, "_step", interrupted)
        run(tmp_path / "parts", model())
    resumed = run(tmp_path / "parts", model())
    pairs = zip(whole.parameters(), resumed.parameters(), strict=True)
    assert all(torch.equal(first, second) for first, second in pairs)


def other_model() -> Classifier:
    classifier = model()
    classifier.load_state_dict({name: torch.tensor(value) for name, value in random_weights(1).items()})
    return classifier


@pytest.mark.parametrize(
    ("classifier", "texts", "parameters", "seed"),
    [
        (model(), examples(), replace(PARAMETERS, epochs=1), 0),
        (model(), examples(), PARAMETERS, 1),
        (model(), [replace(example, weight=0.5) for example in examples()], PARAMETERS, 0),
        (other_model(), examples(), PARAMETERS, 0),
    ],
    ids=["settings", "seed", "weights of texts", "encoder"],
)
def test_a_checkpoint_of_something_else_is_not_taken(
    classifier: Classifier, texts: list[Example], parameters: Hyperparameters, seed: int, tmp_path: Path
) -> None:
    own = FineTuning(model(), [examples()], [1.0], PARAMETERS, 0, tmp_path).checkpoint
    assert FineTuning(classifier, [texts], [1.0], parameters, seed, tmp_path).checkpoint != own


def test_it_learns(tmp_path: Path) -> None:
    torch.manual_seed(0)
    classifier = Classifier(CONFIG)
    parameters = Hyperparameters(epochs=5, batch_tokens=96, learning_rate=3e-3, embedding_learning_rate=3e-3)
    FineTuning(classifier, [examples()], [1.0], parameters, 0, tmp_path).run()
    batch = collate(examples(), torch.device("cpu"))
    with torch.no_grad():
        found = classifier(batch.ids, batch.mask).argmax(1)
    assert (found == batch.targets.argmax(1)).float().mean() > 0.95


def test_label_shares_of_a_file_explain_its_labels() -> None:
    """With logits of 0 and the file's own label shares, the adjusted loss is the entropy of the labels."""
    prior = np.array([0.7, 0.2, 0.1], np.float32)
    batch = collate([Example([1], prior, prior, 1.0)], torch.device("cpu"))
    entropy = -(prior * np.log(prior)).sum()
    assert adjusted_loss(torch.zeros(1, 3), batch, 1.0).item() == pytest.approx(entropy, rel=1e-5)
    assert adjusted_loss(torch.zeros(1, 3), batch, 0.0).item() == pytest.approx(np.log(3), rel=1e-5)


def test_the_graph_is_the_encoder() -> None:
    classifier = model().eval()
    graph = build_graph(random_weights(), CONFIG, quantized=False).SerializeToString()
    ids = np.random.default_rng(1).integers(1, CONFIG.vocab_size, (6, 20))
    mask = (np.arange(20) < np.array([[20], [1], [7], [13], [20], [2]])).astype(np.int64)
    inputs = {"input_ids": ids, "attention_mask": mask}
    (found,) = onnxruntime.InferenceSession(graph).run(["logits"], inputs)
    with torch.no_grad():
        expected = classifier(torch.from_numpy(ids), torch.from_numpy(mask)).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_the_command_trains_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.fetch_package", lambda _folder: encoder_package())
    data = write_corpus(tmp_path / "data")
    arguments = [
        "--data",
        str(data),
        "--out",
        str(tmp_path / "out"),
        "--work",
        str(tmp_path / "work"),
        "--epochs",
        "1",
    ]
    assert main(arguments) == 0
    first = (tmp_path / "out" / "model.onnx").read_bytes()
    assert "training on" in capsys.readouterr().err
    assert main(arguments) == 0
    assert (tmp_path / "out" / "model.onnx").read_bytes() == first


def test_weights_of_all_runs_are_averaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("train.fetch_package", lambda _folder: encoder_package())
    corpus = load_corpus(write_corpus(tmp_path / "data"), seed=0)
    trained = train(corpus, tmp_path / "work", Hyperparameters(epochs=1), runs=2, seed=0)
    checkpoints = [torch.load(path, weights_only=True)["model"] for path in tmp_path.glob("work/*.pt")]
    means = [
        {name: (first[name] + second[name]).numpy() / 2 for name in first}
        for first, second in combinations(checkpoints, 2)
    ]
    assert len(means) == 6  # of two runs, each before and after its last pass
    assert sum(np.allclose(mean["head.weight"], trained.weights["head.weight"]) for mean in means) == 1


def test_a_missing_folder_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "no *.jsonl file found" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", ["--runs", "--epochs"])
def test_numbers_are_checked(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--data", "unused", option, "0"])
    assert "'0' is not a whole number from 1" in capsys.readouterr().err
