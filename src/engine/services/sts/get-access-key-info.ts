import type { GetAccessKeyInfoCommandInput, GetAccessKeyInfoCommandOutput } from '@aws-sdk/client-sts'
import { accessKeys } from '../../auth/identities.ts'
import { AwsError } from '../../wire/aws-error.ts'
import { operation } from '../../wire/operation.ts'

/**
 * GetAccessKeyInfo: the account of a long-lived key.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
 * Differs: knows the keys of this engine only, and no temporary ones.
 */
export const getAccessKeyInfo = operation<GetAccessKeyInfoCommandInput, GetAccessKeyInfoCommandOutput>({
  permissions: () => [{ action: 'sts:GetAccessKeyInfo', resource: '*' }],
  handle({ AccessKeyId = '' }, { engine }) {
    if (accessKeys(engine.store).get(AccessKeyId) === undefined) {
      throw new AwsError('ValidationError', 400, `This engine has not issued the access key ${AccessKeyId}`)
    }
    return { Account: engine.accountId }
  },
})
