"""Mends where MiniStack's HTTP APIs differ from AWS's in what Serin relies on."""

from collections.abc import Mapping
from typing import Any

from ministack.services import apigateway
from ministack.services.cloudformation import provisioners


def install() -> None:
    """Applies every mend."""
    _read_cors_as_templates_write_it()
    _refuse_malformed_tokens()


def _read_cors_as_templates_write_it() -> None:
    # A template's `AllowOrigins` is stored as it is, but read as `allowOrigins`: every preflight gets 403.
    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"]
    create, update = handlers["create"], handlers["update"]
    handlers["create"] = lambda logical_id, properties, stack: create(logical_id, _mended(properties), stack)
    handlers["update"] = lambda ref, before, after, *rest: update(ref, before, _mended(after), *rest)


def _mended(properties: Mapping[str, Any]) -> dict[str, Any]:
    cors = properties.get("CorsConfiguration", {})
    return {
        **properties,
        "CorsConfiguration": {key[0].lower() + key[1:]: value for key, value in cors.items()},
    }


def _refuse_malformed_tokens() -> None:
    # A token whose header is JSON, but no object, crashes the authorizer: 500 in place of AWS's 401.
    validate = apigateway._validate_jwt_authorizer

    async def validate_or_refuse(*arguments: object) -> object:
        try:
            return await validate(*arguments)
        except (AttributeError, TypeError, ValueError):
            return None, None, apigateway._jwt_unauthorized()

    apigateway._validate_jwt_authorizer = validate_or_refuse
