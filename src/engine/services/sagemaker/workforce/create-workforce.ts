import type { CreateWorkforceResponse } from '@aws-sdk/client-sagemaker'
import { validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import { checkName, notImplementedHere, resourceLimitExceeded } from '../errors.ts'
import { onResource } from '../permissions.ts'
import { setTags } from '../tags/tag-store.ts'
import { workforceArn, workforces } from './record.ts'
import type { WorkforceRecord, WorkforceRequest } from './record.ts'

/**
 * CreateWorkforce: the private workforce of this engine, `Active` at once.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateWorkforce.html
 * Differs: the user pool or identity provider is stored and never asked; who may work is decided at the worker portal
 * (`labeling-job/portal`). An identity provider's client secret is not kept.
 * @throws ResourceLimitExceeded when there is one already
 */
export const createWorkforce = operation<WorkforceRequest, CreateWorkforceResponse>({
  permissions: (input, call) => [onResource(call, 'CreateWorkforce', 'workforce', input.WorkforceName)],
  handle: (input, { engine }) => {
    const { Tags, WorkforceName: name, ...config } = input
    checkName('workforceName', name)
    if (config.WorkforceVpcConfig) throw notImplementedHere('WorkforceVpcConfig')
    if ((config.CognitoConfig === undefined) === (config.OidcConfig === undefined)) {
      throw validationError('Provide exactly one of CognitoConfig and OidcConfig')
    }
    const [other] = workforces(engine).list()
    if (other) throw resourceLimitExceeded(`There is a workforce already: ${other.value.arn}; a region has at most one`)
    const now = engine.clock.now()
    const arn = workforceArn(engine, name)
    const OidcConfig = config.OidcConfig && { ...config.OidcConfig, ClientSecret: '' }
    const request = { WorkforceName: name, ...config, ...(OidcConfig && { OidcConfig }) }
    const record: WorkforceRecord = { name, arn, request, createdAt: now, modifiedAt: now }
    engine.store.transaction(() => {
      workforces(engine).put(name, record)
      setTags(engine, arn, Tags)
    })
    return { WorkforceArn: arn }
  },
})
