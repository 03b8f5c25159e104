import { AwsError } from '../../wire/aws-error.ts'

export const noSuchEntity = (message: string): AwsError => new AwsError('NoSuchEntity', 404, message)
export const alreadyExists = (message: string): AwsError => new AwsError('EntityAlreadyExists', 409, message)
export const deleteConflict = (message: string): AwsError => new AwsError('DeleteConflict', 409, message)
export const limitExceeded = (message: string): AwsError => new AwsError('LimitExceeded', 409, message)
export const invalid = (message: string): AwsError => new AwsError('ValidationError', 400, message)
