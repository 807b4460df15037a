"""Reads dataclasses from Pulumi's configuration by their field names and types."""

import json
import types
import typing
from dataclasses import fields

import pulumi


class ConfigError(ValueError):
    """A value that cannot be right; the message names the key and what it may be."""


def require(holds: object, message: str) -> None:
    if not holds:
        raise ConfigError(message)


def key_of(group: str, field: str) -> str:
    """`database`, `instance_class` → `databaseInstanceClass`; no group, no prefix."""
    first, *rest = [*group.split("_"), *field.split("_")] if group else field.split("_")
    return first + "".join(word.capitalize() for word in rest)


def keys_of(config_class: type, *, without_prefix: str) -> dict[str, object]:
    """Every key that a configuration of this class is read from, and its type."""
    return {
        key_of("" if group == without_prefix else group, field.name): hint
        for group, group_class in typing.get_type_hints(config_class).items()
        for field, hint in zip(
            fields(group_class), typing.get_type_hints(group_class).values(), strict=True
        )
    }


def read_groups(
    config_class: type, config: pulumi.Config, *, without_prefix: str
) -> dict[str, typing.Any]:
    """The groups of `config_class`, read and checked; all that is wrong is said at once."""
    groups, wrong = {}, []
    for group, group_class in typing.get_type_hints(config_class).items():
        values = {}
        for name, hint in typing.get_type_hints(group_class).items():
            key = key_of("" if group == without_prefix else group, name)
            try:
                values[name] = read(config, key, hint)
            except ConfigError as error:
                wrong.append(str(error))
        if len(values) == len(fields(group_class)):
            try:
                groups[group] = group_class(**values)
            except ValueError as error:
                wrong.append(str(error))
    if wrong:
        raise pulumi.RunError(
            "the stack's configuration cannot be used:\n"
            + "".join(f"  - {message}\n" for message in wrong)
            + "Pulumi.yaml says what each key means; set one by `pulumi config set KEY VALUE`."
        )
    return groups


def read(config: pulumi.Config, key: str, hint: object) -> object:
    text = config.get(key)
    if text is None:
        raise ConfigError(f"{key} is not set")
    if hint is str:
        return text
    if typing.get_origin(hint) is typing.Literal:
        choices = typing.get_args(hint)
        if text not in choices:
            raise ConfigError(f"{key}: one of {', '.join(choices)}, not {text!r}")
        return text
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if hint is bool and isinstance(value, bool):
        return value
    if hint is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if (
        isinstance(hint, types.GenericAlias)
        and isinstance(value, list)
        and all(isinstance(entry, str) for entry in value)
    ):
        return tuple(value)
    wanted = {int: "a whole number", bool: "true or false"}.get(
        typing.cast("type", hint), "a list of texts"
    )
    raise ConfigError(f"{key}: {wanted}, not {text!r}")
