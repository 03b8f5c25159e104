/** A refusal of the worker portal: an HTTP status, a stable code, and what to do. */
export class PortalError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'PortalError'
    this.status = status
    this.code = code
  }
}

export const notSignedIn = (): PortalError =>
  new PortalError(401, 'label.not-signed-in', 'the worker token is missing, wrong or has ended: sign in again')

export const notFound = (what: string): PortalError =>
  new PortalError(404, 'label.no-such-object', `there is no ${what}`)

export const claimLost = (): PortalError =>
  new PortalError(409, 'label.claim-lost', 'the claim on this image has ended: claim it again, the draft is kept')

export const workOver = (name: string, status: string): PortalError =>
  new PortalError(409, 'label.work-over', `the labeling job ${name} takes no answers: it is ${status}`)

export const badRequest = (message: string): PortalError => new PortalError(400, 'label.request', message)
