import type { Engine } from '../../../engine.ts'
import { named } from '../../../auth/iam/authorizer.ts'
import { evaluate } from '../../../auth/iam/evaluate.ts'
import { AwsError } from '../../../wire/aws-error.ts'
import { notifierOf } from '../notifier.ts'
import { topicAt } from '../topic-store.ts'

export interface ServicePublish {
  readonly topicArn: string
  readonly message: string
  readonly subject?: string
  /** e.g. `events.amazonaws.com`: the topic's policy must let it publish. */
  readonly servicePrincipal: string
  /** The resource on whose behalf the service acts, for `aws:SourceArn`. */
  readonly sourceArn: string
}

/**
 * Publishes for a service of AWS, which has no role of its own here: the topic's policy alone decides.
 *
 * @throws NotFound; AuthorizationError when no statement lets the service publish, or one forbids it
 */
export function publishAsService(engine: Engine, request: ServicePublish): void {
  const topic = topicAt(engine, request.topicArn)
  const context = new Map([
    ['aws:sourcearn', [request.sourceArn]],
    ['aws:sourceaccount', [engine.accountId]],
  ])
  const { matched } = evaluate(
    { action: 'sns:Publish', resource: topic.arn, context },
    { arns: [], accountId: engine.accountId, service: request.servicePrincipal },
    { identity: [], boundary: [], session: [], resource: [named(topic.name, 'resource', topic.policy)] },
  )
  const deny = matched.find(({ statement }) => statement.effect === 'Deny')
  if (deny || !matched.some(({ statement }) => statement.effect === 'Allow')) {
    throw new AwsError(
      'AuthorizationError',
      403,
      `${request.servicePrincipal} is not authorized to perform: SNS:Publish on resource: ${topic.arn} because ${deny ? 'a statement of the topic policy forbids it' : 'no statement of the topic policy allows it'}`,
    )
  }
  notifierOf(engine).publish({
    id: engine.ids.uuid(),
    topicArn: topic.arn,
    subject: request.subject,
    body: request.message,
    bodies: { default: request.message },
    attributes: {},
    time: engine.clock.now().toISOString(),
  })
}
