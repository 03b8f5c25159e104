import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, SkyloopError } from '../../core/errors.ts'
import { parseDataSetYaml } from './data-yaml.ts'

/**
 * Class names of a data set, in the order of their numbers: `classes.txt` or Darknet's `obj.names` (one a line), else
 * `names` of `data.yaml`.
 *
 * @throws SkyloopError `data.classes` when neither is there, they disagree, or a name is empty, doubled or missing
 */
export async function readClassList(folder: string): Promise<readonly string[]> {
  const text = (await readIfThere(join(folder, 'classes.txt'))) ?? (await readIfThere(join(folder, 'obj.names')))
  const yaml = await readIfThere(join(folder, 'data.yaml'))
  const fromText = text === undefined ? undefined : parseClassText(text)
  const fromYaml = yaml === undefined ? undefined : parseDataYaml(yaml)
  const names = fromText ?? fromYaml
  if (!names) {
    throw new SkyloopError({
      code: 'data.classes',
      message: `${folder} has neither classes.txt nor data.yaml`,
      hint: 'write classes.txt: one class name a line, in the order of the class numbers',
    })
  }
  if (fromText && fromYaml && fromText.join('\n') !== fromYaml.join('\n')) {
    throw problem(`classes.txt (${fromText.join(', ')}) and data.yaml (${fromYaml.join(', ')}) disagree`)
  }
  if (names.length === 0) throw problem(`${folder} names no class`)
  const twice = names.filter((name, i) => names.indexOf(name) !== i)
  if (twice.length > 0) throw problem(`the class "${twice.join('", "')}" stands twice in ${folder}`)
  return names
}

/** Lines without blanks at either end; empty lines at the end do not count, others are refused. */
export function parseClassText(text: string): string[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
  while (lines.at(-1) === '') lines.pop()
  const gap = lines.indexOf('')
  if (gap >= 0) throw problem(`classes.txt line ${gap + 1} is empty, so later class numbers would shift`)
  return lines
}

/** `names` of a `data.yaml` as a list or as a map from number to name; undefined when the file names none. */
export function parseDataYaml(text: string): readonly string[] | undefined {
  return parseDataSetYaml(text).names
}

function problem(message: string): SkyloopError {
  return new SkyloopError({ code: 'data.classes', message })
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
