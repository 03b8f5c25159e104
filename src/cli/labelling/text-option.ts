import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageError } from '../failure.ts'

/** Text of an option, or with `@` before it the content of a file. */
export async function textOption(workingFolder: string, given: string | undefined): Promise<string> {
  if (given === undefined) return ''
  return given.startsWith('@') ? readFile(resolve(workingFolder, given.slice(1)), 'utf8') : given
}

/** Reads `car,truck`. @throws UsageError `cli.option` */
export function nameList(option: string): (text: string) => readonly string[] {
  return (text) => {
    const list = text.split(',').map((name) => name.trim())
    if (!list.includes('')) return list
    throw new UsageError({ code: 'cli.option', message: `${option} is a list of names like car,truck, not "${text}"` })
  }
}
