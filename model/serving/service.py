"""Answers a request's body: reads it, tokenizes, queues the texts for the model, writes what comes back."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from serving.batches import Lane
from serving.model_threads import ModelThreads
from serving.predictor import Predictor

if TYPE_CHECKING:
    from inference import Prediction, Texts, Tokens

_SMALL_BYTES = 16 * 1024  # read and tokenized within a few milliseconds, so without another thread
_CHUNK = 512  # texts of a large request that are tokenized at once
_Result = TypeVar("_Result")


class Service:
    """Predictions for the bodies of requests."""

    def __init__(self, predictor: Predictor, threads: int, capacity: int, deadline: float) -> None:
        """See ModelThreads."""
        self._predictor = predictor
        self._inference = predictor.inference
        self.request_error = predictor.inference.RequestError
        self._model = ModelThreads(predictor, threads, capacity, deadline)
        # so many texts of one request keep every thread busy; more would only stand in others' way
        self._window = 2 * threads * self._inference.MAX_BATCH
        # one thread: one large body at a time takes the memory that parsing needs, and no more than one CPU
        self._aside = ThreadPoolExecutor(1, "large-bodies")

    async def healthy(self) -> bool:
        """Whether the model answers."""
        return await self._model.healthy()

    async def answer(self, body: bytes, content_type: str, accept: str) -> tuple[str, str]:
        """The response's body and content type.

        Raises the inference.py's RequestError where the request is at fault, else ServingError.
        """
        if len(body) <= _SMALL_BYTES:
            texts, media_type = self._read(body, content_type, accept)
        else:
            texts, media_type = await self._run_aside(partial(self._read, body, content_type, accept))
        if len(texts.items) > self._inference.MAX_BATCH:
            predictions = await self._predict_many(texts.items)
        else:
            predictions = await self._predict_few(texts.items, small=len(body) <= _SMALL_BYTES)
        answers = self._inference.Predictions(predictions, texts.shape, texts.bad)
        if len(predictions) <= _CHUNK:
            return self._inference.output_fn(answers, media_type)
        return await self._run_aside(partial(self._inference.output_fn, answers, media_type))

    def _read(self, body: bytes, content_type: str, accept: str) -> "tuple[Texts, str]":
        """The texts, and the content type of the answer: what cannot be answered needs no prediction."""
        texts = self._inference.input_fn(body, content_type)
        return texts, self._inference.output_type(texts.shape, accept)

    async def _predict_few(self, texts: Sequence[str], small: bool) -> "list[Prediction]":
        encode = self._predictor.encode
        tokens = encode(texts) if small else await self._run_aside(partial(encode, texts))
        answers = self._model.submit(Lane.FEW, tokens)
        try:
            return [await answers[0]] if len(answers) == 1 else await asyncio.gather(*answers)
        finally:
            _cancel(answers)

    async def _predict_many(self, texts: Sequence[str]) -> "list[Prediction]":
        predictions: list[Prediction] = []
        for start in range(0, len(texts), _CHUNK):
            chunk = texts[start : start + _CHUNK]
            tokens = await self._run_aside(partial(self._predictor.encode, chunk))
            predictions += await self._predict_chunk(tokens, start)
        return predictions

    async def _predict_chunk(self, tokens: "Sequence[Tokens]", done: int) -> "list[Prediction]":
        """Keeps at most a window of texts in the queue, texts of like length together.

        Only a request's first window has a deadline: what has begun is finished.
        """
        room = asyncio.Semaphore(self._window)
        answers: dict[int, asyncio.Future[Prediction]] = {}
        try:
            by_length = sorted(range(len(tokens)), key=lambda index: len(tokens[index]))
            for number, index in enumerate(by_length, done):
                await room.acquire()
                patient = number >= self._window
                (answers[index],) = self._model.submit(Lane.MANY, [tokens[index]], patient)
                answers[index].add_done_callback(lambda _: room.release())
            return await asyncio.gather(*(answers[index] for index in range(len(tokens))))
        finally:
            _cancel(answers.values())

    async def _run_aside(self, function: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._aside, function)


def _cancel(answers: "Iterable[asyncio.Future[Prediction]]") -> None:
    """Takes back what nobody waits for any more; what is answered stays so."""
    for answer in answers:
        answer.cancel()
