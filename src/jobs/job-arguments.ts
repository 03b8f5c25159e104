import { parseArgs, type ParseArgsConfig } from 'node:util'
import { messageOf, SkyloopError } from '../core/errors.ts'

/**
 * Parses a job's `--name value` arguments; anything unknown is refused by name.
 *
 * @throws SkyloopError `jobs.arguments`
 */
export function jobArguments<const O extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: O,
): ReturnType<typeof parseArgs<{ args: string[]; options: O; strict: true; allowPositionals: false }>>['values'] {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values
  } catch (error) {
    throw new SkyloopError({
      code: 'jobs.arguments',
      message: messageOf(error),
      hint: `known arguments: ${Object.keys(options)
        .map((name) => `--${name}`)
        .join(' ')}`,
    })
  }
}

/**
 * A numeric argument within its range.
 *
 * @throws SkyloopError `jobs.arguments` naming the value and the range
 */
export function numberArgument(name: string, text: string, low: number, high: number): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= low && value <= high)) {
    throw new SkyloopError({ code: 'jobs.arguments', message: `--${name} is "${text}"; allowed: ${low} to ${high}` })
  }
  return value
}
