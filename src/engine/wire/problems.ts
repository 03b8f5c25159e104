import { validationError, type AwsError } from './aws-error.ts'

/** What is wrong with an input, collected so that a caller learns everything at once. */
export class Problems {
  readonly list: string[] = []

  missing(path: string): void {
    this.add('null', path, 'Member must not be null')
  }

  wrongType(value: unknown, path: string, expected: string): void {
    this.add(`'${preview(value)}'`, path, `Member must be of type ${expected}`)
  }

  add(value: string, path: string, constraint: string): void {
    this.list.push(`Value ${value} at '${path}' failed to satisfy constraint: ${constraint}`)
  }

  /** AWS's own wording, or undefined when nothing is wrong. */
  toError(): AwsError | undefined {
    const { length } = this.list
    if (length === 0) return undefined
    return validationError(`${length} validation error${length === 1 ? '' : 's'} detected: ${this.list.join('; ')}`)
  }
}

function preview(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
