import { SkyloopError } from '../../core/errors.ts'
import { fillTemplate, loadTemplate } from './load-template.ts'
import { hoistImports, indentLogic } from './logic-text.ts'
import { pythonArguments } from './python-arguments.ts'
import { checkArguments, type ScriptArgument } from './script-argument.ts'
import { typescriptArguments } from './typescript-arguments.ts'

export const SCRIPT_KINDS = ['preprocessing', 'training', 'evaluation', 'inference', 'custom'] as const
export type ScriptKind = (typeof SCRIPT_KINDS)[number]

export const SCRIPT_LANGUAGES = ['typescript', 'python'] as const
export type ScriptLanguage = (typeof SCRIPT_LANGUAGES)[number]

export interface ScriptOptions {
  /** @default 'typescript' */
  readonly language?: ScriptLanguage
  /** First line of the file. @default the kind */
  readonly title?: string
  /**
   * The body of the step's function. What it may use stands in the template of its kind: for preprocessing `inputPath`,
   * `outputPath`, `args`, `signal` (Python: `input_path`, `output_path`, `args`), for all `metric(name, value)` and
   * `StepError`. TypeScript imports in it are moved to the top.
   *
   * @default fails, saying that the logic is not written yet: a step must not pass for having done its work
   */
  readonly logic?: string
  /** Inference only: the body of the function that reads the model. @default there is no model */
  readonly load?: string
  /** Arguments beyond what every step has; the script declares, checks and extracts them. */
  readonly arguments?: readonly ScriptArgument[]
}

/** Makes the scripts of steps from template files; each script is complete and depends on nothing of ours. */
export interface ScriptTemplateManager {
  /** @throws ProblemsError `pipeline.script-arguments`; SkyloopError `pipeline.script` */
  generate(kind: ScriptKind, options?: ScriptOptions): Promise<string>
  generatePreprocessingScript(options?: ScriptOptions): Promise<string>
  generateTrainingScript(options?: ScriptOptions): Promise<string>
  generateEvaluationScript(options?: ScriptOptions): Promise<string>
  generateInferenceScript(options?: ScriptOptions): Promise<string>
  generateCustomScript(options?: ScriptOptions): Promise<string>
}

export const scriptTemplateManager: ScriptTemplateManager = {
  generate: generateScript,
  generatePreprocessingScript: (options) => generateScript('preprocessing', options),
  generateTrainingScript: (options) => generateScript('training', options),
  generateEvaluationScript: (options) => generateScript('evaluation', options),
  generateInferenceScript: (options) => generateScript('inference', options),
  generateCustomScript: (options) => generateScript('custom', options),
}

const DEPTH: Readonly<Record<ScriptLanguage, number>> = { typescript: 2, python: 4 }

const UNWRITTEN: Readonly<Record<ScriptLanguage, string>> = {
  typescript: "throw new StepError('the logic of this step is not written yet')",
  python: 'raise StepError("the logic of this step is not written yet")',
}
const NO_MODEL: Readonly<Record<ScriptLanguage, string>> = { typescript: 'return undefined', python: 'return None' }

async function generateScript(kind: ScriptKind, options: ScriptOptions = {}): Promise<string> {
  const language = options.language ?? 'typescript'
  const args = options.arguments ?? []
  checkArguments(args)
  if (options.load !== undefined && kind !== 'inference') {
    throw new SkyloopError({
      code: 'pipeline.script',
      message: `"load" reads the model of an inference script; this one is for ${kind}`,
    })
  }
  const imports: string[] = []
  const code = (text: string): string => {
    if (language === 'python') return text
    const { imports: found, rest } = hoistImports(text)
    imports.push(...found)
    return rest
  }
  const body = fillTemplate(code(await loadTemplate(language, kind)).trim(), {
    logic: block(options.logic, UNWRITTEN[language], code, language),
    load: block(options.load, NO_MODEL[language], code, language),
  })
  const script = fillTemplate(await loadTemplate(language, 'frame'), {
    title: (options.title ?? `A ${kind} step`).replaceAll(/\s+/g, ' '),
    kind,
    imports: [...new Set(imports)].map((line) => `\n${line}`).join(''),
    arguments: language === 'typescript' ? typescriptArguments(args) : pythonArguments(args),
    body,
  })
  return `${script.trimEnd()}\n`
}

function block(
  given: string | undefined,
  otherwise: string,
  code: (text: string) => string,
  language: ScriptLanguage,
): string {
  const text = given === undefined || given.trim() === '' ? otherwise : code(given)
  return indentLogic(text.trim() === '' ? otherwise : text, DEPTH[language])
}
