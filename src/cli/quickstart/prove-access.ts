import { UpdateEndpointCommand } from '@aws-sdk/client-sagemaker'
import { SkyloopError } from '../../core/errors.ts'
import { findEndpoint } from '../../deploy/endpoint-status.ts'
import { openAccount, type Account } from '../account.ts'
import { decidingStatement, isAccessDenied } from '../failure.ts'
import type { QuickstartReport } from './report.ts'

/**
 * Lets the Data Scientist try to change the production endpoint, which must be refused, and checks that it stayed.
 *
 * @throws SkyloopError `quickstart.access` when the call was allowed, or refused without naming the statement
 */
export async function proveRefusal(
  account: Account,
  endpointName: string,
): Promise<NonNullable<QuickstartReport['accessDenied']>> {
  const scientist = await openAccount(account.connection, 'data-scientist')
  const before = await findEndpoint(await account.clients.sagemaker(), endpointName)
  const wrong = (message: string): SkyloopError =>
    new SkyloopError({ code: 'quickstart.access', fault: 'machine', message })
  try {
    const sagemaker = await scientist.clients.sagemaker()
    const call = new UpdateEndpointCommand({
      EndpointName: endpointName,
      EndpointConfigName: before?.EndpointConfigName,
    })
    const error: unknown = await sagemaker.send(call).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    if (error === undefined) throw wrong(`the Data Scientist was allowed to update ${endpointName}`)
    if (!isAccessDenied(error)) throw error
    const statement = decidingStatement(error.message)
    if (statement === undefined) throw wrong(`the refusal names no statement: ${error.message}`)
    const after = await findEndpoint(await account.clients.sagemaker(), endpointName)
    if (after?.EndpointConfigName !== before?.EndpointConfigName || after?.EndpointStatus !== 'InService') {
      throw wrong(`${endpointName} changed although the call was refused`)
    }
    return { action: 'sagemaker:UpdateEndpoint', principal: scientist.callerArn, statement, message: error.message }
  } finally {
    scientist.clients.destroy()
  }
}
