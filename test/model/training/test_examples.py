"""Examples, epochs and batches: targets, repetition, little padding, nothing lost."""

import numpy as np
from dataset import Row
from tiny import published_tokenizer
from training.corpus import LabelledFile
from training.examples import Example, batches, epoch, make_examples
from training.tokenizer import make_tokenizer


def file(*rows: Row, name: str = "train/some") -> LabelledFile:
    return LabelledFile(name, "", rows)


def examples(rows: LabelledFile) -> list[Example]:
    return make_examples(rows, make_tokenizer(published_tokenizer()))


def test_labels_are_smoothed_towards_their_share_in_the_file() -> None:
    first, *_ = examples(
        file(
            Row("good", "positive"), Row("bad", "negative"), Row("bad", "negative"), Row("awful", "negative")
        ),
    )
    np.testing.assert_allclose(first.prior, [0.25, 0, 0.75])
    np.testing.assert_allclose(first.target, [0.95 + 0.05 * 0.25, 0, 0.05 * 0.75], atol=1e-6)


def test_votes_are_the_target_where_they_are_known() -> None:
    (first,) = examples(file(Row("good", "positive", (3, 2, 0))))
    np.testing.assert_allclose(first.target, [0.6, 0.4, 0])


def test_long_texts_are_cut_and_short_ones_not_padded() -> None:
    short, long = examples(file(Row("good", "positive"), Row("bad " * 500, "negative")))
    assert (len(short.ids), len(long.ids)) == (3, 128)


def sized(*lengths: int) -> list[Example]:
    share = np.full(3, 1 / 3, np.float32)
    return [Example([index] * length, share, share, 1.0) for index, length in enumerate(lengths)]


def test_an_epoch_repeats_files_and_takes_fractions() -> None:
    a, b = sized(*[2] * 10), sized(*[3] * 10)
    taken = epoch([a, b], [2.0, 0.3], seed=0)
    assert sorted(len(item.ids) for item in taken) == [2] * 20 + [3] * 3
    assert [item.ids for item in taken] == [item.ids for item in epoch([a, b], [2.0, 0.3], seed=0)]
    assert [item.ids for item in taken] != [item.ids for item in epoch([a, b], [2.0, 0.3], seed=1)]


def test_a_file_for_another_pass_changes_nothing() -> None:
    a, b = sized(*[2] * 10), sized(*[3] * 10)
    without = [item.ids for item in epoch([a], [1.3], seed=0)]
    assert [item.ids for item in epoch([b, a], [0.0, 1.3], seed=0)] == without


def test_batches_hold_every_example_once_within_the_limit() -> None:
    lengths = np.random.default_rng(0).integers(2, 60, 3000)
    chosen = sized(*(int(length) for length in lengths))
    groups = batches(chosen, 512, seed=0)
    assert sorted(item.ids[0] for group in groups for item in group) == list(range(3000))
    padded = [len(group) * max(len(item.ids) for item in group) for group in groups]
    assert max(padded) <= 512
    assert sum(padded) < 1.1 * int(lengths.sum())


def test_a_text_longer_than_a_batch_is_a_batch() -> None:
    assert [len(group) for group in batches(sized(100, 2), 50, seed=0)] in ([1, 1],)
