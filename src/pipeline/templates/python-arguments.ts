import type { ScriptArgument } from './script-argument.ts'

/** The part of a Python script that declares, reads and checks its arguments. */
export function pythonArguments(args: readonly ScriptArgument[]): string {
  return [HYPERPARAMETERS, '', '', PARSER, '', '', ...reader(args)].join('\n')
}

const HYPERPARAMETERS = `def read_hyperparameters():
    """Hyperparameters of a training job; empty in any other job. The platform's own begin with sagemaker_ or _tuning_."""
    path = os.path.join(BASE_DIR, "input", "config", "hyperparameters.json")
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        given = json.load(file)

    def unquoted(value):
        # The SageMaker Python SDK writes texts as JSON, quotes included.
        text = str(value)
        return str(json.loads(text)) if len(text) >= 2 and text[0] == text[-1] == '"' else text

    own = ("sagemaker_", "_tuning_")
    return {name: unquoted(value) for name, value in given.items() if not name.startswith(own)}`

const PARSER = `class StepParser(argparse.ArgumentParser):
    def error(self, message):
        known = " ".join(flag for action in self._actions for flag in action.option_strings if flag.startswith("--"))
        raise StepError(f"{message}; known arguments: {known or 'none'}")


def flag(text):
    if text not in ("true", "false"):
        raise argparse.ArgumentTypeError(f'"{text}" is neither true nor false')
    return text == "true"


def finite(text):
    value = float(text)
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f'"{text}" is no finite number')
    return value`

function reader(args: readonly ScriptArgument[]): string[] {
  return [
    'def read_step_arguments():',
    '    """The arguments of this step: hyperparameters of a training job, and what stands on the command line."""',
    '    parser = StepParser(add_help=False, allow_abbrev=False)',
    ...args.map((argument) => `    parser.add_argument(${declaration(argument)})`),
    '    given = []',
    '    for name, value in sorted(read_hyperparameters().items()):',
    '        given.append(f"--{name}={value}")',
    '    # What stands later wins: the command line over hyperparameters.',
    '    return parser.parse_args(given + sys.argv[1:])',
  ]
}

function declaration({ name, type, default: value, choices, description }: ScriptArgument): string {
  const parts = [
    `"--${name}"`,
    type === 'integer' ? 'type=int' : type === 'number' ? 'type=finite' : undefined,
    type === 'flag' ? 'type=flag, nargs="?", const=True, default=False' : undefined,
    choices === undefined ? undefined : `choices=[${choices.map(pythonText).join(', ')}]`,
    type === 'flag'
      ? undefined
      : value === undefined
        ? 'required=True'
        : `default=${typeof value === 'string' ? pythonText(value) : String(value)}`,
    // argparse reads % in a help text as the beginning of a value.
    description === undefined ? undefined : `help=${pythonText(description.replaceAll('%', '%%'))}`,
  ]
  return parts.filter((part) => part !== undefined).join(', ')
}

/** JSON's escapes of a string are Python's, apart from surrogate pairs, which it does not escape. */
const pythonText = (text: string): string => JSON.stringify(text)
