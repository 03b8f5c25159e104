import { AwsError } from '../wire/aws-error.ts'

/** How a service words a refused signature; the same cause has three spellings at AWS. */
export type Dialect = 's3' | 'query' | 'json'

export type AuthenticationFailure =
  | { readonly cause: 'missing' }
  | { readonly cause: 'unsupported' }
  | { readonly cause: 'malformed'; readonly detail: string }
  | { readonly cause: 'unknown-key'; readonly accessKeyId: string }
  | { readonly cause: 'invalid-token' }
  | { readonly cause: 'expired-token' }
  | { readonly cause: 'wrong-signature'; readonly canonicalRequest: string }
  | {
      readonly cause: 'skewed'
      readonly requestTime: string
      readonly serverTime: string
      readonly limitMinutes: number
    }
  | { readonly cause: 'presign-expired'; readonly expires: string; readonly serverTime: string }

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'

/** The error that AWS answers for a failure, in the dialect of the service. */
export function authenticationError(failure: AuthenticationFailure, dialect: Dialect): AwsError {
  const isS3 = dialect === 's3'
  const byDialect = (s3: string, query: string, json: string): string => ({ s3, query, json })[dialect]
  switch (failure.cause) {
    case 'missing':
      return new AwsError(
        byDialect('AccessDenied', 'MissingAuthenticationToken', 'MissingAuthenticationTokenException'),
        403,
        isS3 ? 'Access Denied: the request is not signed' : 'Request is missing Authentication Token',
      )
    case 'unsupported':
      return new AwsError(
        byDialect('InvalidRequest', 'IncompleteSignature', 'IncompleteSignatureException'),
        400,
        'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
      )
    case 'malformed':
      return new AwsError(
        byDialect('AuthorizationHeaderMalformed', 'IncompleteSignature', 'IncompleteSignatureException'),
        isS3 ? 400 : 403,
        failure.detail,
      )
    case 'unknown-key':
      return isS3
        ? new AwsError('InvalidAccessKeyId', 403, 'The AWS Access Key Id you provided does not exist in our records.', {
            AWSAccessKeyId: failure.accessKeyId,
          })
        : new AwsError(
            byDialect('', 'InvalidClientTokenId', 'UnrecognizedClientException'),
            403,
            'The security token included in the request is invalid.',
          )
    case 'invalid-token':
      return new AwsError(
        byDialect('InvalidToken', 'InvalidClientTokenId', 'UnrecognizedClientException'),
        isS3 ? 400 : 403,
        isS3
          ? 'The provided token is malformed or otherwise invalid.'
          : 'The security token included in the request is invalid.',
      )
    case 'expired-token':
      return new AwsError(
        byDialect('ExpiredToken', 'ExpiredToken', 'ExpiredTokenException'),
        isS3 ? 400 : 403,
        isS3 ? 'The provided token has expired.' : 'The security token included in the request is expired',
      )
    case 'wrong-signature':
      return new AwsError(
        byDialect('SignatureDoesNotMatch', 'SignatureDoesNotMatch', 'InvalidSignatureException'),
        403,
        isS3
          ? MISMATCH
          : `${MISMATCH}\n\nThe Canonical String for this request should have been\n'${failure.canonicalRequest}'`,
      )
    case 'skewed':
      return isS3
        ? new AwsError(
            'RequestTimeTooSkewed',
            403,
            'The difference between the request time and the current time is too large.',
            { RequestTime: failure.requestTime, ServerTime: failure.serverTime },
          )
        : new AwsError(byDialect('', 'SignatureDoesNotMatch', 'InvalidSignatureException'), 403, skewMessage(failure))
    case 'presign-expired':
      return new AwsError(isS3 ? 'AccessDenied' : 'RequestExpired', isS3 ? 403 : 400, 'Request has expired', {
        Expires: failure.expires,
        ServerTime: failure.serverTime,
      })
  }
}

function skewMessage(failure: AuthenticationFailure & { cause: 'skewed' }): string {
  const { requestTime, serverTime, limitMinutes } = failure
  return requestTime < serverTime
    ? `Signature expired: ${requestTime} is now earlier than ${serverTime} - ${limitMinutes} min.`
    : `Signature not yet current: ${requestTime} is still later than ${serverTime} + ${limitMinutes} min.`
}
