import { access, readFile } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { codeOf } from '../../../core/errors.ts'
import type { ScriptKind, ScriptLanguage } from '../../../pipeline/templates/script-template-manager.ts'
import { defineCommand } from '../../command.ts'
import { UsageError } from '../../failure.ts'

interface Options {
  readonly logic?: string
  readonly load?: string
  readonly argument?: readonly string[]
  readonly title?: string
  readonly force?: boolean
}

const KINDS: readonly ScriptKind[] = ['preprocessing', 'training', 'evaluation', 'inference', 'custom']
/** `.mts` says that it is a module wherever it lies. */
const LANGUAGES: Readonly<Record<string, ScriptLanguage>> = {
  '.mts': 'typescript',
  '.ts': 'typescript',
  '.py': 'python',
}

export const script = defineCommand<Options>({
  name: 'script',
  summary: 'write the script of a step from a template',
  description:
    'The script is complete: it reads and checks its arguments, turns a failure into one clear sentence and an exit code,\n' +
    'and does your logic in between. It depends on nothing of ours and runs on the local engine (images skyloop-node and\n' +
    'skyloop-python) as on AWS. Without --logic it fails until you have written it. Needs neither engine nor AWS.',
  arguments: [
    ['<kind>', KINDS.join(', ')],
    ['<file>', 'where to: .mts or .ts for TypeScript, .py for Python'],
  ],
  options: [
    { flags: '--logic <file>', description: 'the body of the step, put in as it is' },
    { flags: '--load <file>', description: 'inference: the body of the function that reads the model' },
    {
      flags: '--argument <spec>',
      description: 'name:type=default, type text, integer, number or flag; text=a|b for choices; may be repeated',
      parse: (text, previous) => [...((previous as string[] | undefined) ?? []), text],
    },
    { flags: '--title <text>', description: 'first line of the script' },
    { flags: '--force', description: 'replace a file that is there' },
  ],
  examples: [
    ['pipeline script preprocessing prepare.mts --argument image-size:integer=640', 'a script to fill in'],
    [
      'pipeline script evaluation score.py --logic body.py --argument min-score:number=0.5',
      'a complete one, in Python',
    ],
  ],
  run: async (context, options, [kind = '', file = '']) => {
    const { scriptTemplateManager } = await import('../../../pipeline/templates/script-template-manager.ts')
    const { parseArgument } = await import('../../../pipeline/templates/script-argument.ts')
    const { writeFileAtomic } = await import('../../../core/files.ts')
    const language = LANGUAGES[extname(file)]
    const known = KINDS.find((one) => one === kind)
    if (known === undefined) {
      throw new UsageError({ code: 'cli.option', message: `the kind is ${KINDS.join(', ')}, not "${kind}"` })
    }
    if (language === undefined) {
      throw new UsageError({
        code: 'cli.option',
        message: `the file ends with .mts, .ts or .py, and "${file}" does not`,
      })
    }
    const inFolder = (path: string): string => resolve(context.environment.workingFolder, path)
    const path = inFolder(file)
    if (options.force !== true && (await isThere(path))) {
      throw new UsageError({
        code: 'cli.exists',
        message: `${path} is there already`,
        hint: 'add --force to replace it',
      })
    }
    const text = async (given: string | undefined) =>
      given === undefined ? undefined : await readFile(inFolder(given), 'utf8')
    const [logic, load] = [await text(options.logic), await text(options.load)]
    const content = await scriptTemplateManager.generate(known, {
      language,
      title: options.title ?? `${basename(file)}: a step for ${known}`,
      arguments: (options.argument ?? []).map(parseArgument),
      ...(logic !== undefined && { logic }),
      ...(load !== undefined && { load }),
    })
    await writeFileAtomic(path, content)
    return { value: { file: path, kind: known, language, hasLogic: logic !== undefined }, text: path }
  },
})

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}
