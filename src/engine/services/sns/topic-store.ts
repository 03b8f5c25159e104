import { formatArn } from '../../../core/arn.ts'
import type { Engine } from '../../engine.ts'
import { AwsError } from '../../wire/aws-error.ts'

/** A topic as it is stored under its ARN. */
export interface TopicRow {
  readonly arn: string
  readonly name: string
  readonly displayName: string
  /** Resource policy as JSON text. */
  readonly policy: string
  readonly tags: Readonly<Record<string, string>>
  readonly deletedSubscriptions: number
}

export const SUBSCRIPTION_PROTOCOLS = ['email', 'email-json', 'http', 'https'] as const
export type SubscriptionProtocol = (typeof SUBSCRIPTION_PROTOCOLS)[number]

/** A subscription as it is stored under its ARN. */
export interface SubscriptionRow {
  readonly arn: string
  readonly topicArn: string
  readonly protocol: SubscriptionProtocol
  /** E-mail address or URL. */
  readonly endpoint: string
  readonly owner: string
  readonly rawMessageDelivery: boolean
  /** Filter policy as JSON text. */
  readonly filterPolicy: string | undefined
  readonly filterPolicyScope: 'MessageAttributes' | 'MessageBody'
}

type Stored = Pick<Engine, 'store'>

export const topics = (engine: Stored) => engine.store.collection<TopicRow>('sns.topic')
export const subscriptions = (engine: Stored) => engine.store.collection<SubscriptionRow>('sns.subscription')

export function topicArn(engine: Pick<Engine, 'accountId' | 'region'>, name: string): string {
  return formatArn({ service: 'sns', region: engine.region, account: engine.accountId, resource: name })
}

/** @throws NotFound */
export function topicAt(engine: Stored, arn: string): TopicRow {
  const topic = topics(engine).get(arn)
  if (!topic) throw new AwsError('NotFound', 404, 'Topic does not exist')
  return topic
}

/** @throws NotFound */
export function subscriptionAt(engine: Stored, arn: string): SubscriptionRow {
  const subscription = subscriptions(engine).get(arn)
  if (!subscription) throw new AwsError('NotFound', 404, 'Subscription does not exist')
  return subscription
}

export function subscriptionsOf(engine: Stored, arn: string): SubscriptionRow[] {
  return subscriptions(engine)
    .list(`${arn}:`)
    .map(({ value }) => value)
}

export const invalidParameter = (message: string): AwsError =>
  new AwsError('InvalidParameter', 400, `Invalid parameter: ${message}`)

/**
 * The policy that a new topic has: its own account may do everything with it.
 *
 * @source docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
 */
export function defaultTopicPolicy(engine: Pick<Engine, 'accountId'>, arn: string): string {
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'SNS:GetTopicAttributes',
          'SNS:SetTopicAttributes',
          'SNS:AddPermission',
          'SNS:RemovePermission',
          'SNS:DeleteTopic',
          'SNS:Subscribe',
          'SNS:ListSubscriptionsByTopic',
          'SNS:Publish',
        ],
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': engine.accountId } },
      },
    ],
  })
}
