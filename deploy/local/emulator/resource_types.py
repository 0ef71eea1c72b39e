"""Adds CloudFormation resource types to MiniStack's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ministack.services.cloudformation import provisioners, stacks

from emulator.errors import StartError

Properties = Mapping[str, Any]
Made = tuple[str, dict[str, str]]
"""What Ref returns, and what Fn::GetAtt returns for each attribute."""


@dataclass(frozen=True)
class ResourceType:
    """How CloudFormation makes, changes and deletes a resource; an exception's text says why it failed."""

    create: Callable[[str, Properties, str], Made]
    """From the logical id, the properties and the stack's name."""
    update: Callable[[str, Properties, Properties, str], Made]
    """From Ref's value, the properties before and after, and the stack's name."""
    delete: Callable[[str, Properties], None]
    """From Ref's value and the properties."""
    replaced_by: tuple[str, ...]
    """Properties a change of which makes CloudFormation create another resource and delete this one."""
    custom_name: str = ""
    """Property whose name a replacement would share: with it, CloudFormation refuses to replace."""
    blocking: bool = False
    """Whether it takes long, so that it must not run on the event loop."""


def register(types: Mapping[str, ResourceType]) -> None:
    """Adds the types. Raises StartError for one that MiniStack provides by itself."""
    provided = sorted(types.keys() & provisioners._RESOURCE_HANDLERS.keys())
    if provided:
        raise StartError(
            f"this MiniStack provides {', '.join(provided)}: remove them from the emulator's own types."
        )
    for name, added in types.items():
        handlers = {"create": added.create, "update": added.update, "delete": added.delete}
        provisioners._RESOURCE_HANDLERS[name] = handlers
        provisioners._REPLACING_PROPERTIES[name] = added.replaced_by
        if added.custom_name:
            provisioners._CUSTOM_NAME_REPLACEMENT[name] = {"name": added.custom_name}
    run_on_threads({name for name, added in types.items() if added.blocking})


def generated_name(stack: str, logical_id: str) -> str:
    """The name of a resource whose template gives it none: at most 63 characters, as SageMaker wants it."""
    name: str = provisioners._physical_name(stack, logical_id, lowercase=True, max_len=63)
    return name


def run_on_threads(types: set[str]) -> None:
    """Provisions the types off the event loop, because they block."""
    # MiniStack's list of the types whose provisioning blocks is the body of this function.
    ministacks = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda name: name in types or ministacks(name)
