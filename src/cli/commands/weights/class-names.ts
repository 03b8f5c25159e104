import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { codeOf, SkyloopError } from '../../../core/errors.ts'
import { UsageError } from '../../failure.ts'
import type { OptionSpec } from '../../command.ts'

export interface ClassNamesOption {
  readonly classes?: string
}

export const classNamesOption: OptionSpec = {
  flags: '--classes <file>',
  description: 'class names: classes.txt (one a line) or data.yaml (default: those that the file names)',
}

/**
 * One name per class: those of the given file, else those that the weights name, else `class <k>`.
 *
 * @throws SkyloopError `cli.classes` when the given file names more or fewer classes than the weights have
 */
export async function classNamesFor(
  { classes }: ClassNamesOption,
  workingFolder: string,
  known: readonly string[] | undefined,
  classCount: number,
): Promise<readonly string[]> {
  if (classes === undefined) {
    if (known?.length === classCount) return known
    return Array.from({ length: classCount }, (_, k) => `class ${k}`)
  }
  const { parseClassText, parseDataYaml } = await import('../../../data/formats/class-list.ts')
  const text = await readFile(resolve(workingFolder, classes), 'utf8').catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error
    throw new UsageError({ code: 'cli.classes', message: `there is no file ${classes}` })
  })
  const names = /\.ya?ml$/.test(classes) ? (parseDataYaml(text) ?? []) : parseClassText(text)
  if (names.length !== classCount) {
    throw new SkyloopError({
      code: 'cli.classes',
      message: `${classes} names ${names.length} classes (${names.join(', ')}), the weights have ${classCount}`,
      hint: 'another number of classes takes a training: give the weights as its channel "weights"',
    })
  }
  return names
}
