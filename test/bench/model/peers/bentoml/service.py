"""BentoML: one batchable API called directly, a worker process for each CPU."""

import os

import bentoml
import inference

_CPUS = len(os.sched_getaffinity(0))
_BATCH = 8


# Behind another service (BentoML's front-service mode) half of the answers were errors at 64 connections.
@bentoml.service(workers=_CPUS, threads=1, traffic={"timeout": 30}, logging={"access": {"enabled": False}})
class Sentiment:
    """Answers `POST /invocations` with `{"texts": ["..."]}`."""

    def __init__(self) -> None:
        self.model = inference.model_fn(os.environ["MODEL_DIR"])

    @bentoml.api(batchable=True, max_batch_size=_BATCH, max_latency_ms=10_000, route="/invocations")
    def invocations(self, texts: list[str]) -> list[dict[str, object]]:
        """One prediction for each text."""
        return [dict(item) for item in inference.predict_fn(inference.Texts(texts, "many"), self.model).items]
