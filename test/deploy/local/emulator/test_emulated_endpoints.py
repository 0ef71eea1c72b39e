"""SageMaker endpoints in stacks and through the API: what they serve, and what keeps them from serving."""

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from emulator_process import Emulator, is_gone, model_stack, until

ARN = "arn:aws:sagemaker:us-east-1:123456789012"


def test_a_stack_serves_the_model_of_its_archive(emulator: Emulator) -> None:
    names = emulator.create_stack("serve", model_stack(emulator.put_model("serve", {"version": "1"})))
    assert names["Model"] == f"{ARN}:model/{names['ModelName']}"
    assert names["Config"] == f"{ARN}:endpoint-config/{names['ConfigName']}"
    assert names["Endpoint"] == f"{ARN}:endpoint/{names['EndpointName']}"
    endpoint = emulator.client("sagemaker").describe_endpoint(EndpointName=names["EndpointName"])
    assert endpoint["EndpointStatus"] == "InService"
    assert endpoint["EndpointConfigName"] == names["ConfigName"]
    answer = emulator.invoke(names["EndpointName"])
    assert (answer["version"], answer["greeting"]) == ("1", "hello")
    assert Path(answer["folder"]).is_relative_to(emulator.state / "endpoints" / names["EndpointName"])


def test_an_update_serves_the_new_model_under_the_same_name(emulator: Emulator) -> None:
    before = emulator.create_stack("renew", model_stack(emulator.put_model("renew-1", {"version": "1"})))
    old = emulator.invoke(before["EndpointName"])
    after = emulator.update_stack("renew", model_stack(emulator.put_model("renew-2", {"version": "2"})))
    assert after["EndpointName"] == before["EndpointName"]
    assert after["ModelName"] != before["ModelName"]
    assert emulator.invoke(after["EndpointName"])["version"] == "2"
    assert not Path(old["folder"]).exists()
    until(lambda: is_gone(old["pid"]))
    models = emulator.client("sagemaker").list_models()["Models"]
    assert before["ModelName"] not in [model["ModelName"] for model in models]


def test_a_change_of_tags_restarts_nothing(emulator: Emulator) -> None:
    url = emulator.put_model("tags", {"version": "1"})
    emulator.create_stack("tags", model_stack(url, endpoint="tags", tag="a"))
    process = emulator.invoke("tags")["pid"]
    outputs = emulator.update_stack("tags", model_stack(url, endpoint="tags", tag="b"))
    assert outputs["EndpointName"] == "tags"
    assert emulator.invoke("tags")["pid"] == process


def test_a_new_name_makes_another_endpoint_and_deletes_the_old_one(emulator: Emulator) -> None:
    url = emulator.put_model("rename", {"version": "1"})
    emulator.create_stack("rename", model_stack(url, endpoint="Old-Name"))
    outputs = emulator.update_stack("rename", model_stack(url, endpoint="New-Name"))
    assert outputs["Endpoint"] == f"{ARN}:endpoint/new-name"
    assert outputs["EndpointName"] == "New-Name"
    assert emulator.invoke("New-Name")["version"] == "1"
    with pytest.raises(ClientError, match="Endpoint Old-Name of account 123456789012 not found"):
        emulator.invoke("Old-Name")


def test_two_endpoints_serve_at_once(emulator: Emulator) -> None:
    for name in ("one", "two"):
        emulator.create_stack(name, model_stack(emulator.put_model(name, {"version": name}), endpoint=name))
    assert [emulator.invoke(name)["version"] for name in ("one", "two", "one")] == ["one", "two", "one"]


def test_other_calls_are_answered_while_a_model_starts(emulator: Emulator, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    template = model_stack(emulator.put_model("gated", {"version": "1", "gate": str(gate)}), endpoint="gated")
    cloudformation = emulator.client("cloudformation")
    cloudformation.create_stack(StackName="gated", TemplateBody=json.dumps(template))
    until(lambda: (emulator.state / "logs" / "gated.log").exists())
    assert (
        cloudformation.describe_stacks(StackName="gated")["Stacks"][0]["StackStatus"] == "CREATE_IN_PROGRESS"
    )
    gate.touch()
    until(
        lambda: (
            cloudformation.describe_stacks(StackName="gated")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
        )
    )


def test_deleting_a_stack_ends_its_endpoint(emulator: Emulator) -> None:
    template = model_stack(emulator.put_model("end", {"version": "1"}), endpoint="end", model="end")
    emulator.create_stack("end", template)
    emulator.delete_stack("end")
    with pytest.raises(ClientError, match="Endpoint end of account 123456789012 not found"):
        emulator.invoke("end")
    assert not (emulator.state / "endpoints" / "end").exists()
    emulator.create_stack("end", template)  # the names are free again
    assert emulator.invoke("end")["version"] == "1"


def test_a_missing_archive_fails_the_stack(emulator: Emulator) -> None:
    status, reason = emulator.failure("create", "missing", model_stack("s3://models/none.tar.gz"))
    assert (status, reason) == ("ROLLBACK_COMPLETE", "could not find model data at s3://models/none.tar.gz")


def test_something_that_is_no_archive_fails_the_stack(emulator: Emulator) -> None:
    url = emulator.put_object("no-archive.tar.gz", b"not an archive")
    _, reason = emulator.failure("create", "no-archive", model_stack(url))
    assert reason.startswith(f"{url} is not a gzip-compressed tar archive")


def test_an_address_outside_s3_fails_the_stack(emulator: Emulator) -> None:
    _, reason = emulator.failure("create", "address", model_stack("https://models/x.tar.gz"))
    assert reason == "ModelDataUrl must look like s3://bucket/key, not 'https://models/x.tar.gz'"


def test_an_archive_cannot_write_outside_its_folder(emulator: Emulator) -> None:
    url = emulator.put_model("escape", {"version": "1"}, inside="../../../escaped.json")
    _, reason = emulator.failure("create", "escape", model_stack(url, endpoint="escape"))
    assert "outside the destination" in reason
    assert not list(emulator.state.rglob("escaped.json"))


def test_a_model_that_does_not_start_fails_the_stack_and_leaves_nothing(emulator: Emulator) -> None:
    url = emulator.put_model("refuse", {"refuse": "the labels are missing"})
    status, reason = emulator.failure("create", "refuse", model_stack(url, endpoint="refuse"))
    assert status == "ROLLBACK_COMPLETE"
    assert reason == "the model server exited with code 1: the labels are missing"
    assert not (emulator.state / "endpoints" / "refuse").exists()
    endpoints = emulator.client("sagemaker").list_endpoints()["Endpoints"]
    assert "refuse" not in [endpoint["EndpointName"] for endpoint in endpoints]


def test_the_old_model_serves_on_when_the_new_one_does_not_start(emulator: Emulator) -> None:
    good = emulator.put_model("keep-1", {"version": "1"})
    emulator.create_stack("keep", model_stack(good, endpoint="keep"))
    bad = emulator.put_model("keep-2", {"refuse": "no"})
    status, _ = emulator.failure("update", "keep", model_stack(bad, endpoint="keep"))
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert emulator.invoke("keep")["version"] == "1"


def test_a_model_with_a_name_of_its_own_is_not_replaced(emulator: Emulator) -> None:
    emulator.create_stack("named", model_stack(emulator.put_model("n1", {"version": "1"}), model="named"))
    template = model_stack(emulator.put_model("n2", {"version": "2"}), model="named")
    _, reason = emulator.failure("update", "named", template)
    assert "cannot update a stack when a custom-named resource requires replacing" in reason


@pytest.fixture(scope="module")
def configurations(emulator: Emulator) -> tuple[str, str]:
    """Names of two endpoint configurations made through the API, each with a model of its own."""
    sagemaker = emulator.client("sagemaker")
    for name in ("api-1", "api-2"):
        url = emulator.put_model(name, {"version": name})
        role = "arn:aws:iam::123456789012:role/model"
        container = {"Image": "x", "ModelDataUrl": url}
        sagemaker.create_model(ModelName=name, ExecutionRoleArn=role, Containers=[container])
        variants = [{"VariantName": "all", "ModelName": name, "InstanceType": "ml.m5.large"}]
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=variants)
    return ("api-1", "api-2")


def test_the_api_creates_updates_and_deletes(emulator: Emulator, configurations: tuple[str, str]) -> None:
    first, second = configurations
    sagemaker = emulator.client("sagemaker")
    tags = [{"Key": "team", "Value": "a"}]
    created = sagemaker.create_endpoint(EndpointName="api", EndpointConfigName=first, Tags=tags)
    assert emulator.invoke("api")["version"] == first
    sagemaker.update_endpoint(EndpointName="api", EndpointConfigName=second)
    assert emulator.invoke("api")["version"] == second
    assert sagemaker.list_tags(ResourceArn=created["EndpointArn"])["Tags"] == tags
    sagemaker.delete_endpoint(EndpointName="api")
    with pytest.raises(ClientError, match="not found"):
        emulator.invoke("api")


def test_the_api_says_what_is_wrong(emulator: Emulator, configurations: tuple[str, str]) -> None:
    sagemaker = emulator.client("sagemaker")
    first, _ = configurations
    sagemaker.create_endpoint(EndpointName="taken", EndpointConfigName=first)
    with pytest.raises(ClientError, match="already existing endpoint 'taken'"):
        sagemaker.create_endpoint(EndpointName="taken", EndpointConfigName=first)
    with pytest.raises(ClientError, match="has that configuration already"):
        sagemaker.update_endpoint(EndpointName="taken", EndpointConfigName=first)
    with pytest.raises(ClientError, match="Could not find endpoint"):
        sagemaker.update_endpoint(EndpointName="none", EndpointConfigName=first)
    with pytest.raises(ClientError, match="must match"):
        sagemaker.create_endpoint(EndpointName="../x", EndpointConfigName=first)


def test_a_configuration_with_two_variants_is_refused(
    emulator: Emulator, configurations: tuple[str, str]
) -> None:
    sagemaker = emulator.client("sagemaker")
    variants = [
        {"VariantName": name, "ModelName": name, "InstanceType": "ml.m5.large"} for name in configurations
    ]
    sagemaker.create_endpoint_config(EndpointConfigName="two", ProductionVariants=variants)
    with pytest.raises(ClientError, match="has 2 production variants"):
        sagemaker.create_endpoint(EndpointName="variants", EndpointConfigName="two")
