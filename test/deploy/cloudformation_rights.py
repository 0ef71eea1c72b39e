"""What CloudFormation calls for the resources of deploy/*.yml, as the schemas of their types say."""

import json
import re
from pathlib import Path
from typing import Any

import cfnlint
from ci_roles import ROOT

_SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"

# What CloudFormation could do for these types, but our resources do not use: the role must not have it.
_UNUSED = re.compile(
    r"""
    (autoscaling|cloudfront|elasticfilesystem|firehose|kinesis|rum|s3files|s3tables|vpc-lattice|vpce):.*
    | s3:(.*Metadata.*|.*Object.*|REST.*)
    | s3:(Delete|Get|Put)Bucket(Abac|Cors|CORS|Website|Replication|Analytics.*|Metrics.*)
    | s3:(Get|Put)(Accelerate|Analytics|IntelligentTiering|Inventory|Metrics|Replication)Configuration
    | s3:DeleteBucket(Encryption|Lifecycle)
    | dynamodb:(.*Item|.*Replica|.*Import.*|.*Kinesis.*|Query|Scan|(Put|Delete)ResourcePolicy)
    | ec2:(.*EncryptionControl.*|.*Cidr.*|ModifyVpcTenancy)
    | iam:(.*GroupPolicy|.*UserPolicy|DeleteRolePermissionsBoundary|ListRoles)
    | kms:(CreateGrant|Encrypt|.*WithoutPlaintext|ReEncrypt.*|RevokeGrant)
    | lambda:(AssociateRuntimeAlias|PassCapacityProvider)
    | logs:(.*KmsKey|.*BearerToken.*|(Delete|Put)(DataProtection|Index)Policy|DeleteResourcePolicy)
    | logs:(CreateLogStream|PutLogEvents|DescribeLogStreams)
    | codedeploy:RegisterOnPremisesInstance
    | application-autoscaling:(Put|Delete)ScheduledAction
    | apigateway:(Tag|Untag)Resource # for HTTP APIs, a POST and a DELETE of /tags
    """,
    re.VERBOSE,
)

_MADE_BY_OSLS = {
    *(f"AWS::ApiGatewayV2::{kind}" for kind in ("Api", "Authorizer", "Integration", "Route", "Stage")),
    *(f"AWS::CodeDeploy::{kind}" for kind in ("Application", "DeploymentGroup")),
    *(f"AWS::Lambda::{kind}" for kind in ("Alias", "Function", "Permission", "Version")),
    *("AWS::Logs::LogGroup", "AWS::S3::Bucket", "AWS::S3::BucketPolicy"),
}


def resource_types() -> list[str]:
    """Of the service's template."""
    sources = [path for path in (ROOT / "deploy").glob("*.yml") if path.name != "ci-role.yml"]
    found = {kind for path in sources for kind in re.findall(r"\bType: (AWS::\w+::\w+)", path.read_text())}
    return sorted(found | _MADE_BY_OSLS)


def rights_for(resource_type: str) -> set[str]:
    """What the handlers of a type call, without what only others' resources need."""
    schema = json.loads((_SCHEMAS / "providers" / "us-east-1.json").read_text())[resource_type]
    resource = json.loads((_SCHEMAS / "resources" / f"{schema}.json").read_text())
    handlers: dict[str, Any] = resource.get("handlers", {})
    rights = {right for handler in handlers.values() for right in handler.get("permissions", [])}
    return {right for right in rights if not _UNUSED.fullmatch(right)}
