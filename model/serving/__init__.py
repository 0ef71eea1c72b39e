"""The model server: SageMaker's container contract, `GET /ping` and `POST /invocations`."""
