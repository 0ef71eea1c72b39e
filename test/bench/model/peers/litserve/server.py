"""LitServe: batches of eight, a worker process for each CPU."""

import os
import sys

import inference
import litserve

_CPUS = len(os.sched_getaffinity(0))
_BATCH = 8


class SentimentApi(litserve.LitAPI):
    """Answers `POST /invocations` with `{"text": "..."}`."""

    def setup(self, device: str) -> None:
        """Loads the model, once in each worker."""
        self.model = inference.model_fn(os.environ["MODEL_DIR"])

    def decode_request(self, request: dict[str, str]) -> str:
        """The request's text."""
        return request["text"]

    def batch(self, inputs: list[str]) -> list[str]:
        """The texts as they are: predict_fn forms the tensors."""
        return inputs

    def predict(self, batch: list[str]) -> list[dict[str, object]]:
        """One prediction for each text."""
        return [dict(item) for item in inference.predict_fn(inference.Texts(batch, "many"), self.model).items]

    def unbatch(self, output: list[dict[str, object]]) -> list[dict[str, object]]:
        """The predictions as they are."""
        return output

    def encode_response(self, output: dict[str, object]) -> dict[str, object]:
        """The prediction, which is JSON already."""
        return output


if __name__ == "__main__":
    api = SentimentApi(max_batch_size=_BATCH, batch_timeout=0.001, api_path="/invocations")
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=_CPUS)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="warning")
