"""Skyloop's hyperparameters as arguments of the library, by `hyperparameters.json`; standard library only.

Each name of the table either has an `argument` of the library (or is used by train.py itself), or is `refused` with the
reason, except for the `neutral` value that asks for nothing.
"""
import json
import math
from pathlib import Path

TABLE = json.loads((Path(__file__).parent / "hyperparameters.json").read_text("utf-8"))
SWITCH = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}
# Of the platform, not of the training.
RESERVED = ("sagemaker_", "_tuning_")


class HyperparameterError(Exception):
    """All that is wrong with the hyperparameters of a job."""


def read_hyperparameters(given):
    """Values by Skyloop's names, defaults included, from a job's texts.

    Raises HyperparameterError that lists every unknown or refused name and every bad value at once.
    """
    problems = []
    values = {name: rule["default"] for name, rule in TABLE.items() if "default" in rule}
    for name, text in given.items():
        if name.startswith(RESERVED):
            continue
        text = text.strip() if isinstance(text, str) else json.dumps(text)
        rule = TABLE.get(name)
        if rule is None:
            problems.append(f'unknown hyperparameter "{name}"; known are {", ".join(sorted(TABLE))}')
            continue
        if text == rule.get("neutral"):
            continue
        value = _read(rule, text)
        if value is not None:
            values[name] = value
        elif "refused" in rule:
            problems.append(f'{name}="{text}" cannot be had with this image: {rule["refused"]}')
        else:
            problems.append(f'{name}="{text}" is not {_describe(rule)}')
    if problems:
        raise HyperparameterError("the training cannot start\n  " + "\n  ".join(problems))
    return values


def library_arguments(values):
    """What to call the library's training with; what is not given keeps the library's own default."""
    arguments = {}
    for name, value in values.items():
        rule = TABLE[name]
        if "argument" in rule:
            arguments[rule["argument"]] = rule["to"][value] if "to" in rule else value
    # The nominal batch, to which the library accumulates.
    if "accumulate" in values:
        arguments["nbs"] = values["batch"] * values["accumulate"]
    # Left to itself the library chooses the optimiser and then its rate, whatever is given.
    if arguments.get("lr0") == 0:
        del arguments["lr0"]
    elif "lr0" in arguments:
        arguments.setdefault("optimizer", "AdamW")
    # 0 means never, which is to wait as long as the training is.
    if arguments["patience"] == 0:
        arguments["patience"] = arguments["epochs"]
    return arguments


def _read(rule, text):
    kind = rule.get("kind")
    if kind == "choice":
        return text if text in rule["of"] else None
    if kind == "switch":
        return SWITCH.get(text.lower())
    if kind is None:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number) or number < rule.get("min", 0):
        return None
    if "multipleOf" in rule and number % rule["multipleOf"] != 0:
        return None
    if kind == "integer":
        return int(number) if number.is_integer() else None
    return number


def _describe(rule):
    if rule["kind"] == "switch":
        return "on or off"
    if rule["kind"] == "choice":
        return f'one of {", ".join(rule["of"])}'
    step = f', a multiple of {rule["multipleOf"]}' if "multipleOf" in rule else ""
    return f'a {"whole " if rule["kind"] == "integer" else ""}number of at least {rule.get("min", 0)}{step}'
