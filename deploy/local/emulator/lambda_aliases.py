"""Mends where MiniStack's Lambda aliases differ from AWS's: they divide traffic and have their own rights."""

import random
import re
from collections.abc import Mapping
from typing import Any

from ministack.core import iam_actions
from ministack.services import lambda_svc

_Record = Mapping[str, Any]

_ONE_ALIAS = re.compile(r"/2015-03-31/functions/[^/]+/aliases/[^/]+/?")


def install() -> None:
    """Applies every mend."""
    _draw_for_events()
    _draw_for_invoke()
    _name_the_actions_on_one()
    _name_what_is_invoked()


def drawn_version(function: _Record, qualifier: str | None, draw: float) -> str | None:
    """The version that gets a call: the qualifier itself unless that is an alias with weights.

    `draw` is a number in [0, 1). `AdditionalVersionWeights` holds the other versions' shares; the alias's own
    version gets the rest: https://docs.aws.amazon.com/lambda/latest/api/API_AliasRoutingConfiguration.html
    """
    alias = function["aliases"].get(qualifier)
    for version, weight in (alias or {}).get("RoutingConfig", {}).get("AdditionalVersionWeights", {}).items():
        if draw < weight:
            return str(version)
        draw -= weight
    return qualifier


def _draw_for_events() -> None:
    # API Gateway and others that name a function by its ARN; GetFunction still sees the alias's own version.
    by_qualifier = lambda_svc._effective_func_record_for_qualifier

    def drawn(function: _Record | None, qualifier: str | None) -> object:
        if function is not None:
            qualifier = drawn_version(function, qualifier, random.random())
        return by_qualifier(function, qualifier)

    lambda_svc._effective_func_record_for_qualifier = drawn
    lambda_svc._get_func_record_for_qualifier = lambda name, qualifier: by_qualifier(
        lambda_svc._functions.get(name), qualifier
    )


def _draw_for_invoke() -> None:
    # The Invoke API resolves the qualifier by itself.
    invoke = lambda_svc._invoke

    async def drawn(
        name: str,
        event: object,
        headers: Mapping[str, str],
        path_qualifier: str | None = None,
        query_params: Mapping[str, object] | None = None,
    ) -> object:
        qualifier = lambda_svc._qualifier_from_path_or_query(path_qualifier, query_params)
        function = lambda_svc._functions.get(name)
        if function is not None and qualifier is not None:
            qualifier = drawn_version(function, qualifier, random.random())
        return await invoke(name, event, headers, qualifier, query_params)

    lambda_svc._invoke = drawn


def _name_the_actions_on_one() -> None:
    # MiniStack wants the right to ListAliases for all of them.
    named = iam_actions._lambda_action
    on_one = {"GET": "GetAlias", "PUT": "UpdateAlias", "DELETE": "DeleteAlias"}

    def action(method: str, path: str) -> str | None:
        name: str | None = on_one.get(method) if _ONE_ALIAS.fullmatch(path) else named(method, path)
        return name

    iam_actions._lambda_action = action


def _name_what_is_invoked() -> None:
    # The right to invoke a version or an alias is one on its ARN; MiniStack wants it on the whole function.
    unqualified = iam_actions.extract_resource_arn

    def resource(
        service: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        query_params: Mapping[str, object],
        *place: str,
    ) -> str:
        arn: str = unqualified(service, method, path, headers, body, query_params, *place)
        qualifier = lambda_svc._qp_first(query_params, "Qualifier")
        is_invocation = service == "lambda" and path.endswith("/invocations")
        return f"{arn}:{qualifier}" if is_invocation and qualifier else arn

    iam_actions.extract_resource_arn = resource
