import { applyGovernance } from '../governance/apply-governance.ts'
import type { Account } from './account.ts'

/** Where alerts go on the local engine: its outbox keeps the messages as files. */
const LOCAL_ALERT_ADDRESS = 'operator@skyloop.invalid'

/** Makes what every other command takes for granted: bucket, roles, alert topic. Repeating it changes nothing. */
export async function bootstrapAccount(account: Account): Promise<void> {
  await ensureBucket(account)
  const { accountId, region, names } = account
  await applyGovernance(await account.clients.iam(), { accountId, region, bucket: names.bucket })
  await ensureAlertTopic(account)
}

async function ensureBucket({ clients, names, region }: Account): Promise<void> {
  const { CreateBucketCommand, HeadBucketCommand } = await import('@aws-sdk/client-s3')
  const s3 = await clients.s3()
  try {
    await s3.send(new HeadBucketCommand({ Bucket: names.bucket }))
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'NotFound') throw error
    await s3.send(
      new CreateBucketCommand({
        Bucket: names.bucket,
        // us-east-1 is the one region that may not be named.
        ...(region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as never } }),
      }),
    )
  }
}

/** @returns the topic's ARN */
export async function ensureAlertTopic({ clients, names }: Account): Promise<string> {
  const { CreateTopicCommand, ListSubscriptionsByTopicCommand, SubscribeCommand } = await import('@aws-sdk/client-sns')
  const sns = await clients.sns()
  const topic = await sns.send(new CreateTopicCommand({ Name: names.alertTopic }))
  const subscriptions = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topic.TopicArn }))
  if (!subscriptions.Subscriptions?.some((one) => one.Endpoint === LOCAL_ALERT_ADDRESS)) {
    await sns.send(new SubscribeCommand({ TopicArn: topic.TopicArn, Protocol: 'email', Endpoint: LOCAL_ALERT_ADDRESS }))
  }
  return topic.TopicArn as string
}
