/** The part of a refused signature that a person needs, and the next step. */
export interface CredentialAdvice {
  readonly message: string
  readonly hint: string
}

const WRONG_KEYS = new Set([
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
])
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException'])
/** How AWS begins the message when the signature is that of another time; S3 has an error of its own for it. */
const OTHER_TIME = /^Signature (expired|not yet current):/

/**
 * What to do when a call was refused for its signature: wrong keys, keys that are no longer valid, a wrong clock.
 *
 * @returns undefined for any other error. The message is without the canonical request, which helps only who wrote the
 *   client
 */
export function credentialAdvice(error: Error): CredentialAdvice | undefined {
  const message = error.message.split('\n\nThe Canonical String')[0] as string
  if (error.name === 'RequestTimeTooSkewed' || (WRONG_KEYS.has(error.name) && OTHER_TIME.test(message))) {
    return { message, hint: "this machine's clock differs from the server's: set it right, then try again" }
  }
  if (EXPIRED.has(error.name)) {
    return { message, hint: 'temporary keys end by themselves: get new ones (with --profile: sign in again)' }
  }
  if (WRONG_KEYS.has(error.name)) {
    return {
      message,
      hint:
        "the keys are not the server's: `skyloop local stop`, then `skyloop local start --detach` writes those of the " +
        'engine anew; with --profile, correct the keys of that profile',
    }
  }
  return undefined
}
