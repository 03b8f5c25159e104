import { AwsError, validationError } from '../../wire/aws-error.ts'

export { validationError }

export const noSuchRule = (name: string): AwsError =>
  new AwsError('ResourceNotFoundException', 400, `Rule ${name} does not exist on EventBus default.`)

export const noSuchBus = (name: string): AwsError =>
  new AwsError('ResourceNotFoundException', 400, `Event bus ${name} does not exist.`)

export const invalidPattern = (reason: string): AwsError =>
  new AwsError('InvalidEventPatternException', 400, `Event pattern is not valid. Reason: ${reason}`)
