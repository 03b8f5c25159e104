import { ROLE_NAMES, type ScopedArns } from '../account-scope.ts'
import { allow, policy } from '../policy-document.ts'
import type { RoleDefinition } from '../role-definition.ts'
import { trustService } from '../trust.ts'

/** What EventBridge acts as when a rule starts a pipeline. */
export function eventsRole(arns: ScopedArns): RoleDefinition {
  return {
    name: ROLE_NAMES.events,
    description: 'Skyloop: event rules start pipelines as this role',
    trust: trustService('events.amazonaws.com'),
    policies: {
      StartPipelines: policy(
        allow('StartPipelines', ['sagemaker:StartPipelineExecution'], [arns.sagemaker('pipeline/*')]),
        allow('TellPeople', ['sns:Publish'], [arns.sns('skyloop-*')]),
      ),
    },
  }
}
