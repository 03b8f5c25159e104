import { AwsError } from '../../wire/aws-error.ts'

export const invalidParameter = (message: string): AwsError => new AwsError('InvalidParameterException', 400, message)

export const noSuchGroup = (): AwsError =>
  new AwsError('ResourceNotFoundException', 400, 'The specified log group does not exist.')

export const noSuchStream = (): AwsError =>
  new AwsError('ResourceNotFoundException', 400, 'The specified log stream does not exist.')

export const alreadyExists = (what: 'group' | 'stream'): AwsError =>
  new AwsError('ResourceAlreadyExistsException', 400, `The specified log ${what} already exists`)
