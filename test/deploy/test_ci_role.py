"""The roles of deploy/ci-role.yml may do what a deployment needs, and nothing to anything else."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from ci_roles import ACCOUNT, REGION, ROOT, STAGE, decision, properties, trusts, within_boundary
from cloudformation_rights import resource_types, rights_for

OWN_TAGS = {"aws:ResourceTag/service": "serin", "aws:ResourceTag/stage": STAGE}
OTHER_TAGS = {**OWN_TAGS, "aws:ResourceTag/stage": "staging"}


def _allowed_actions(role: str) -> list[str]:
    documents = [properties(name)["PolicyDocument"] for name in properties(role)["ManagedPolicyArns"]]
    statements = [
        each for document in documents for each in document["Statement"] if each["Effect"] == "Allow"
    ]
    lists = [each["Action"] if isinstance(each["Action"], list) else [each["Action"]] for each in statements]
    return [action.lower() for actions in lists for action in actions]


def _missing(needed: set[str], role: str) -> list[str]:
    allowed = _allowed_actions(role)
    return sorted(
        action for action in needed if not any(fnmatchcase(action.lower(), each) for each in allowed)
    )


@pytest.mark.parametrize("resource_type", resource_types())
def test_cloudformation_may_make_change_and_delete(resource_type: str) -> None:
    assert _missing(rights_for(resource_type), "CloudFormationRole") == []


ACTIONS = {  # of commands that are not named after their right
    "GetCallerIdentity": set(),  # everybody may
    "HeadBucket": {"ListBucket"},
    "HeadObject": {"GetObject"},
    "ListObjectsV2": {"ListBucket"},
    "ListObjectVersions": {"ListBucketVersions"},
    "DeleteObjects": {"DeleteObject", "DeleteObjectVersion"},
    "ListBuckets": {"ListAllMyBuckets"},
}
PREFIXES = {"cloudwatch-logs": "logs"}
OSLS = ROOT / "node_modules" / "serverless" / "lib" / "plugins" / "aws"
OF_OSLS = [
    "deploy/lib",
    "lib",
    "remove/lib/bucket.js",
    "remove/lib/stack.js",
    "info/get-resource-count.js",
    "provider.js",
]
# osls' ways that serverless.yml does not take: change sets, stack policies, log subscriptions.
NOT_DEPLOYING = {
    *(f"cloudformation:{name}ChangeSet" for name in ("Create", "Delete", "Describe", "Execute")),
    *("cloudformation:SetStackPolicy", "logs:DescribeSubscriptionFilters", "logs:DeleteSubscriptionFilter"),
}


def _sources() -> Iterator[Path]:
    for folder in ("release", "plugins"):
        yield from (ROOT / "deploy" / folder).glob("*.ts")
    for name in OF_OSLS:
        path = OSLS / name
        yield from path.rglob("*.js") if path.is_dir() else [path]


def _calls(source: str) -> set[str]:
    """The rights for the commands of the AWS SDK that a source imports."""
    imports = re.findall(
        r"\{([^{}]*)\}\s*(?:from|=\s*require\()\s*['\"]@aws-sdk/client-([a-z0-9-]+)['\"]", source
    )
    rights = set()
    for names, client in imports:
        for name in re.findall(r"\b(?:(\w+)Command|paginate(\w+))\b", names):
            command = name[0] or name[1]
            prefix = PREFIXES.get(client, client)
            rights |= {f"{prefix}:{action}" for action in ACTIONS.get(command, {command})}
    return rights


def test_the_pipeline_may_call_what_osls_our_plugins_and_release_commands_call() -> None:
    calls = {call for path in _sources() for call in _calls(path.read_text()) if not call.startswith("ecr:")}
    assert {"cloudformation:UpdateStack", "s3:PutObject", "codedeploy:StopDeployment"} <= calls
    assert _missing(calls - NOT_DEPLOYING, "CiRole") == []


@pytest.mark.parametrize(
    ("subject", "trusted"),
    [
        ("repo:owner/serin:environment:prod", True),
        ("repo:owner/serin:environment:staging", False),
        ("repo:owner/serin:ref:refs/heads/main", False),
        ("repo:owner/serin:pull_request", False),
        ("repo:stranger/serin:environment:prod", False),
        ("repo:owner/serin:environment:prod-2", False),
    ],
)
def test_github_gets_the_role_for_one_environment_of_one_repository(subject: str, trusted: bool) -> None:
    assert trusts(subject) is trusted


def test_a_token_for_somebody_else_gets_no_role() -> None:
    assert not trusts("repo:owner/serin:environment:prod", audience="https://github.com/owner")


BOUNDARY = {"iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/serin-{STAGE}-boundary"}
OWN_ROLE = f"arn:aws:iam::{ACCOUNT}:role/serin-{STAGE}-PredictRole-X"


def test_cloudformation_makes_no_role_without_the_boundary() -> None:
    for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"):
        assert decision("CloudFormationRole", action, OWN_ROLE) == "ImplicitDeny"
        assert decision("CloudFormationRole", action, OWN_ROLE, BOUNDARY) == "Allow"


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/serin-{STAGE}-ci"),
        ("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/serin-{STAGE}-cloudformation"),
        ("iam:CreatePolicyVersion", f"arn:aws:iam::{ACCOUNT}:policy/serin-{STAGE}-boundary"),
        ("iam:CreatePolicyVersion", f"arn:aws:iam::{ACCOUNT}:policy/serin-{STAGE}-ci-hold"),
        ("iam:DeleteRolePermissionsBoundary", OWN_ROLE),
        ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/somebody"),
        ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:serin-staging-predict"),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:serin-{STAGE}-predict"),
        ("sagemaker:InvokeEndpoint", f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/serin-{STAGE}-1"),
        ("dynamodb:GetItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/serin-{STAGE}-RateLimitTable-X"),
        ("logs:GetLogEvents", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/serin-{STAGE}-predict"),
        ("s3:PutObject", f"arn:aws:s3:::serin-{STAGE}-serverlessdeploymentbucket-x/a"),
    ],
)
def test_cloudformation_may_not(action: str, resource: str) -> None:
    assert decision("CloudFormationRole", action, resource, BOUNDARY) != "Allow"


@pytest.mark.parametrize("action", ["kms:ScheduleKeyDeletion", "kms:PutKeyPolicy"])
def test_cloudformation_manages_keys_of_its_stage_only(action: str) -> None:
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    assert decision("CloudFormationRole", action, key, OWN_TAGS) == "Allow"
    assert decision("CloudFormationRole", action, key, OTHER_TAGS) == "ImplicitDeny"


def test_the_pipeline_changes_no_resource_by_itself() -> None:
    for action in ("lambda:UpdateFunctionCode", "iam:CreateRole", "kms:PutKeyPolicy", "dynamodb:GetItem"):
        assert decision("CiRole", action, "*") == "ImplicitDeny"


@pytest.mark.parametrize("action", ["s3:DeleteObject", "s3:DeleteObjectVersion"])
def test_the_pipeline_deletes_reports_only_of_a_stage_that_does_not_keep_them(action: str) -> None:
    report = f"arn:aws:s3:::serin-{STAGE}-reportsbucket-x/report.json"
    assert decision("CiRole", action, report) == "ImplicitDeny"
    assert decision("CiRole", action, report, Reports="keep") == "ImplicitDeny"
    assert decision("CiRole", action, report, Reports="delete") == "Allow"


@pytest.mark.parametrize("policy", ["on-call", "release"])
def test_the_rights_of_people_stay_where_the_stage_says_so(policy: str) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/serin-{STAGE}-{policy}"
    for action in ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"):
        assert decision("CloudFormationRole", action, arn) == "Allow"  # open on purpose: docs/security.md
        assert decision("CloudFormationRole", action, arn, PeoplesPolicies="stay") == "Deny"
    for action in ("iam:CreatePolicy", "iam:GetPolicy", "iam:DeletePolicy"):
        assert decision("CloudFormationRole", action, arn, PeoplesPolicies="stay") == "Allow"


def test_the_pipeline_hands_over_one_role_to_one_service() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/serin-{STAGE}-cloudformation"
    to = {"iam:PassedToService": "cloudformation.amazonaws.com"}
    assert decision("CiRole", "iam:PassRole", role, to) == "Allow"
    assert (
        decision("CiRole", "iam:PassRole", role, {"iam:PassedToService": "lambda.amazonaws.com"}) != "Allow"
    )
    assert decision("CiRole", "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/admin", to) != "Allow"


OF_NO_ROLE = ("Rights beyond the stage", "OnCallPolicy", "ReleasePolicy")
RIGHT = re.compile(r"^\| `([^`]+)` \| `([^`]+)` \|", re.MULTILINE)  # a denial begins with "never"


def _rights_of_roles() -> Iterator[tuple[str, str, str]]:
    """Holder, action and resource of each line of docs/permissions.md that is about a role of the stack."""
    for section in (ROOT / "docs" / "permissions.md").read_text().split("\n## ")[1:]:
        holder = section.splitlines()[0]
        if holder in OF_NO_ROLE or "| who |" in section:
            continue
        for action, resource in RIGHT.findall(section):
            yield holder, action, resource


NAMES = {
    "REGION": REGION,
    "ACCOUNT": ACCOUNT,
    "MODEL": "0123456789ab",
    "${registry}": "492215442770",
    "${RateLimitTable.Arn}": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/serin-{STAGE}-RateLimitTable-X",
    "${ServerlessDeploymentBucket.Arn}": f"arn:aws:s3:::serin-{STAGE}-serverlessdeploymentbucket-x",
    "${FlowLogGroup.Arn}": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/serin/{STAGE}/network:*",
    "${AutopilotRole.Arn}": f"arn:aws:iam::{ACCOUNT}:role/serin-{STAGE}-AutopilotRole-X",
    "${GovernanceJobRole.Arn}": f"arn:aws:iam::{ACCOUNT}:role/serin-{STAGE}-GovernanceJobRole-X",
    "${GovernanceFailures.Arn}": f"arn:aws:sqs:{REGION}:{ACCOUNT}:serin-{STAGE}-governance-failures",
    "${ReportTopic}": f"arn:aws:sns:{REGION}:{ACCOUNT}:serin-{STAGE}-reports",
    "${ReportsBucket.Arn}": f"arn:aws:s3:::serin-{STAGE}-reportsbucket-x",
    "${ReportsKey.Arn}": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1",
    "${Key.Arn}": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/2",
}


def test_every_right_of_the_stacks_roles_is_within_the_boundary() -> None:
    assert len(list(_rights_of_roles())) > 30
    beyond = []
    for holder, action, resource in _rights_of_roles():
        for name, value in NAMES.items():
            resource = resource.replace(name, value)
        if not within_boundary(
            action, resource, {**OWN_TAGS, "iam:PassedToService": "sagemaker.amazonaws.com"}
        ):
            beyond.append(f"{holder}: {action} on {resource}")
    assert beyond == []


def test_every_policy_is_as_short_as_iam_wants_it() -> None:
    names = [
        *properties("CiRole")["ManagedPolicyArns"],
        *properties("CloudFormationRole")["ManagedPolicyArns"],
        "Boundary",
    ]
    for name in names:
        document = properties(name, Reports="delete", PeoplesPolicies="stay")["PolicyDocument"]
        text = json.dumps(document).replace(STAGE, "s" * 20)
        assert len(re.sub(r"\s", "", text)) <= 6144, name
