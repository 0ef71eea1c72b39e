"""What the roles of deploy/ci-role.yml may do for one stage, as IAM (MiniStack's evaluator) decides it."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cfnlint.decode import cfn_yaml
from ministack.core.iam_evaluator import EvalContext, evaluate, evaluate_trust_policy, parse_policy_document

ROOT = Path(__file__).parents[2]
ACCOUNT = "123456789012"
REGION = "eu-central-1"
STAGE = "prod"
REPOSITORY = "owner/serin"

_NAMES = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::URLSuffix": "amazonaws.com",
    "Stage": STAGE,
    "Repository": REPOSITORY,
    "Boundary": f"arn:aws:iam::{ACCOUNT}:policy/serin-{STAGE}-boundary",
    "CloudFormationRole.Arn": f"arn:aws:iam::{ACCOUNT}:role/serin-{STAGE}-cloudformation",
}
_TEMPLATE: Mapping[str, Any] = json.loads(json.dumps(cfn_yaml.load(str(ROOT / "deploy" / "ci-role.yml"))))
_DEFAULTS = {name: parameter.get("Default") for name, parameter in _TEMPLATE["Parameters"].items()}


def _resolved(value: object, names: Mapping[str, str]) -> object:
    if isinstance(value, list):
        items = [_resolved(item, names) for item in value]
        return [item for item in items if item != "AWS::NoValue"]
    if not isinstance(value, dict):
        return value
    match list(value.items()):
        case [("Ref", str(name))]:
            return names.get(name, name)
        case [("Fn::GetAtt", [name, attribute])]:
            return names[f"{name}.{attribute}"]
        case [("Fn::Sub", str(text))]:
            return re.sub(r"\$\{([^}]+)\}", lambda found: names[found[1]], text)
        case [("Fn::Equals", [left, right])]:
            return _resolved(left, names) == _resolved(right, names)
        case [("Fn::If", [condition, then, otherwise])]:
            holds = _resolved(_TEMPLATE["Conditions"][condition], names)
            return _resolved(then if holds else otherwise, names)
    return {key: _resolved(member, names) for key, member in value.items()}


def properties(logical_id: str, **parameters: str) -> dict[str, Any]:
    """Of a resource of the template, without intrinsic functions, with parameters other than the defaults."""
    names = {**_DEFAULTS, **_NAMES, **parameters}
    resolved = _resolved(_TEMPLATE["Resources"][logical_id]["Properties"], names)
    assert isinstance(resolved, dict)
    return resolved


Keys = Mapping[str, str]
"""Values of condition keys, such as aws:ResourceTag/stage."""


def decision(role: str, action: str, resource: str, keys: Keys | None = None, **parameters: str) -> str:
    """Allow, Deny or ImplicitDeny, for a role of the template."""
    documents = [
        properties(name, **parameters)["PolicyDocument"] for name in properties(role)["ManagedPolicyArns"]
    ]
    policies = [parse_policy_document(document) for document in documents]
    return str(evaluate(_context(action, resource, keys), policies).decision)


def within_boundary(action: str, resource: str, keys: Keys | None = None) -> bool:
    """Whether a role of the stage's stack can be given a right."""
    boundary = parse_policy_document(properties("Boundary")["PolicyDocument"])
    return bool(evaluate(_context(action, resource, keys), [boundary]).decision == "Allow")


def _context(action: str, resource: str, keys: Keys | None = None) -> EvalContext:
    return EvalContext(
        principal_arn=f"arn:aws:iam::{ACCOUNT}:role/serin-{STAGE}",
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=action,
        resource_arn=resource,
        region=REGION,
        service_context={key.lower(): value for key, value in (keys or {}).items()},
    )


def trusts(subject: str, audience: str = "sts.amazonaws.com") -> bool:
    """Whether GitHub's token with this subject gets the pipeline's role."""
    issuer = "token.actions.githubusercontent.com"
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"
    context = _context(
        "sts:AssumeRoleWithWebIdentity", "*", {f"{issuer}:sub": subject, f"{issuer}:aud": audience}
    )
    return bool(evaluate_trust_policy(properties("CiRole")["AssumeRolePolicyDocument"], provider, context))
