/**
 * An error as it goes over the wire: AWS's code, HTTP status and text.
 *
 * The sender's fault is a 4xx status; 5xx is ours.
 */
export class AwsError extends Error {
  readonly code: string
  readonly status: number
  /** Further members of the modelled error shape, e.g. `{ OriginalStatusCode: 500 }`. */
  readonly members: Readonly<Record<string, unknown>>

  constructor(code: string, status: number, message: string, members: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.name = 'AwsError'
    this.code = code
    this.status = status
    this.members = members
  }
}

export const validationError = (message: string): AwsError => new AwsError('ValidationException', 400, message)
