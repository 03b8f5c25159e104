import type { GetCallerIdentityCommandInput, GetCallerIdentityCommandOutput } from '@aws-sdk/client-sts'
import { roles, users } from '../../auth/identities.ts'
import { operation } from '../../wire/operation.ts'

/**
 * GetCallerIdentity: needs no permission, and no policy can deny it.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export const getCallerIdentity = operation<GetCallerIdentityCommandInput, GetCallerIdentityCommandOutput>({
  permissions: () => [],
  handle(_input, { principal, engine }) {
    const { accountId, arn } = principal
    switch (principal.kind) {
      case 'root':
        return { UserId: accountId, Account: accountId, Arn: arn }
      case 'user':
        return { UserId: users(engine.store).get(principal.userName)?.id ?? accountId, Account: accountId, Arn: arn }
      case 'assumed-role': {
        const roleId = roles(engine.store).get(principal.roleName)?.id ?? principal.roleName
        return { UserId: `${roleId}:${principal.sessionName}`, Account: accountId, Arn: arn }
      }
    }
  },
})
