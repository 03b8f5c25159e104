import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { ScriptKind, ScriptLanguage } from './script-template-manager.ts'

const ENDINGS: Readonly<Record<ScriptLanguage, string>> = { typescript: 'ts', python: 'py' }

/** The template files lie in the source folder, which the package carries; `dist` has as many folders above it as `src`. */
const FILES = new URL('../../../src/pipeline/templates/files/', import.meta.url)

/** Reads a template file: `frame`, which is around all, or that of one kind of step. */
export async function loadTemplate(language: ScriptLanguage, name: ScriptKind | 'frame'): Promise<string> {
  const path = fileURLToPath(new URL(`${language}/${name}.${ENDINGS[language]}.template`, FILES))
  return (await readFile(path, 'utf8')).trimEnd()
}

/**
 * Puts texts in the place of `{{name}}`. A value is put in as it is: what looks like a placeholder in it stays.
 *
 * @throws Error `internal:` for a placeholder without a value, which a typing error in a template file makes
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    if (!Object.hasOwn(values, name)) throw new Error(`internal: the template has no value for {{${name}}}`)
    return values[name] as string
  })
}
