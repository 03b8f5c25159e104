import type { GetSessionTokenCommandInput, GetSessionTokenCommandOutput } from '@aws-sdk/client-sts'
import { AwsError } from '../../wire/aws-error.ts'
import { operation } from '../../wire/operation.ts'

/**
 * GetSessionToken: temporary keys of the calling user, who needs no permission for it.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
 * Differs: MFA is refused by name.
 */
export const getSessionToken = operation<GetSessionTokenCommandInput, GetSessionTokenCommandOutput>({
  permissions: () => [],
  handle({ DurationSeconds = 43_200, SerialNumber, TokenCode }, { engine, principal }) {
    if (SerialNumber !== undefined || TokenCode !== undefined) {
      throw new AwsError('NotImplemented', 501, "GetSessionToken with MFA is not implemented by Skyloop's engine")
    }
    if (principal.kind === 'assumed-role') {
      throw new AwsError('AccessDenied', 403, 'Cannot call GetSessionToken with session credentials')
    }
    if (DurationSeconds < 900 || DurationSeconds > 129_600) {
      throw new AwsError(
        'ValidationError',
        400,
        `DurationSeconds must be between 900 and 129600, not ${DurationSeconds}`,
      )
    }
    const issued = engine.credentials.issue(principal, DurationSeconds)
    return {
      Credentials: {
        AccessKeyId: issued.accessKeyId,
        SecretAccessKey: issued.secretAccessKey,
        SessionToken: issued.sessionToken,
        Expiration: issued.expiration,
      },
    }
  },
})
