"""Signs requests to a SageMaker endpoint (AWS Signature Version 4)."""

import re
from collections.abc import Mapping

from analysis.problem import AnalysisError

from job.client import Sign

_ENDPOINT = re.compile(
    r"https://runtime\.sagemaker(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?"
    r"/endpoints/[A-Za-z0-9-]{1,63}/invocations"
)


def signer(address: str) -> Sign:
    """Signs with the credentials that botocore finds. Raises AnalysisError where the address is no
    endpoint's, or botocore or the credentials are missing.
    """
    if (parts := _ENDPOINT.fullmatch(address)) is None:
        raise AnalysisError(
            f"{address} is no SageMaker endpoint; "
            "give https://runtime.sagemaker.REGION.amazonaws.com/endpoints/NAME/invocations"
        )
    try:
        from botocore.auth import SigV4Auth  # only for endpoints: a job that hosts its models needs none
        from botocore.awsrequest import AWSRequest
        from botocore.session import Session
    except ImportError:
        raise AnalysisError("an endpoint is asked with signed requests; install botocore") from None
    credentials = Session().get_credentials()
    if credentials is None:
        raise AnalysisError(f"{address} needs AWS credentials, and there are none; give the job a role")

    def sign(url: str, body: bytes, headers: Mapping[str, str]) -> Mapping[str, str]:
        request = AWSRequest("POST", url, headers=dict(headers), data=body)
        SigV4Auth(credentials.get_frozen_credentials(), "sagemaker", parts["region"]).add_auth(request)
        return dict(request.headers.items())

    return sign
