import { AwsError, validationError } from '../../wire/aws-error.ts'

export const resourceInUse = (message: string): AwsError => new AwsError('ResourceInUse', 400, message)

export const resourceNotFound = (message: string): AwsError => new AwsError('ResourceNotFound', 400, message)

export const resourceLimitExceeded = (message: string): AwsError => new AwsError('ResourceLimitExceeded', 400, message)

export const conflict = (message: string): AwsError => new AwsError('ConflictException', 400, message)

/** What exists at AWS but not here is refused by name instead of being ignored. */
export const notImplementedHere = (what: string): AwsError =>
  validationError(`${what} is not implemented by this engine`)

/** @throws ValidationException unless the text is a SageMaker resource name of at most `length` characters */
export function checkName(member: string, name: string, length = 63): void {
  if (name.length > length || !/^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/.test(name)) {
    throw validationError(
      `1 validation error detected: Value '${name}' at '${member}' failed to satisfy constraint: Member must satisfy ` +
        `regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,${length - 1}}`,
    )
  }
}
