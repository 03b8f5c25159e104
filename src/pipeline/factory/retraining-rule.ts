import type { PutRuleCommandInput, PutTargetsCommandInput } from '@aws-sdk/client-eventbridge'
import type { SetTopicAttributesCommandInput } from '@aws-sdk/client-sns'

/** Source and type of the event that a monitor sends when it finds violations. */
const MONITOR_EVENT = { source: 'skyloop.monitor', detailType: 'Skyloop Monitoring Violations' } as const

export interface RetrainingRuleOptions {
  /** @default 'skyloop-retrain-on-violations' */
  readonly ruleName?: string
  readonly pipelineArn: string
  /** Topic that people are told through. */
  readonly topicArn: string
  /** Role that EventBridge starts the pipeline with, e.g. `SkyloopEvents`. */
  readonly eventsRoleArn: string
  /** Violations of this endpoint only. @default any endpoint */
  readonly endpointName?: string
  /** Values for the new execution; one that begins with `$` is read from the event, e.g. `$.detail.dataUri`. */
  readonly pipelineParameters?: Readonly<Record<string, string>>
}

export interface RetrainingRule {
  readonly rule: PutRuleCommandInput
  readonly targets: PutTargetsCommandInput
  /** Lets EventBridge publish to the topic on behalf of this rule; it replaces the topic's policy. */
  readonly topicPolicy: SetTopicAttributesCommandInput
}

/** From monitoring violations to a retraining and a message: one event rule with two targets. */
export function retrainingRule(options: RetrainingRuleOptions): RetrainingRule {
  const name = options.ruleName ?? 'skyloop-retrain-on-violations'
  const [, partition, , region, account] = options.topicArn.split(':') as [string, string, string, string, string]
  const pattern = {
    source: [MONITOR_EVENT.source],
    'detail-type': [MONITOR_EVENT.detailType],
    ...(options.endpointName === undefined ? {} : { detail: { endpointName: [options.endpointName] } }),
  }
  const parameters = Object.entries(options.pipelineParameters ?? {}).map(([Name, Value]) => ({ Name, Value }))
  return {
    rule: {
      Name: name,
      Description: 'Violations found by a monitor start a retraining and tell people',
      EventPattern: JSON.stringify(pattern),
      State: 'ENABLED',
    },
    targets: {
      Rule: name,
      Targets: [
        {
          Id: 'retraining-pipeline',
          Arn: options.pipelineArn,
          RoleArn: options.eventsRoleArn,
          SageMakerPipelineParameters: { PipelineParameterList: parameters },
        },
        {
          Id: 'alert-topic',
          Arn: options.topicArn,
          InputTransformer: {
            InputPathsMap: {
              endpoint: '$.detail.endpointName',
              time: '$.time',
              first: '$.detail.violations[0].description',
              feature: '$.detail.violations[0].feature_name',
              report: '$.detail.violationsUri',
            },
            InputTemplate: [
              '"Endpoint <endpoint> no longer sees what its model was trained on (monitored at <time>)."',
              '"First violation: <feature>: <first>"',
              '"All violations: <report>"',
              '"A retraining has been started."',
            ].join('\n'),
          },
        },
      ],
    },
    topicPolicy: {
      TopicArn: options.topicArn,
      AttributeName: 'Policy',
      AttributeValue: JSON.stringify(
        alertTopicPolicy(options.topicArn, account, [`arn:${partition}:events:${region}:${account}:rule/${name}`]),
      ),
    },
  }
}

/** Policy of an alert topic: its account may use it, and EventBridge may publish for these rules. */
function alertTopicPolicy(topicArn: string, accountId: string, ruleArns: readonly string[]) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AccountUsesTopic',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: ['sns:Publish', 'sns:Subscribe', 'sns:GetTopicAttributes', 'sns:SetTopicAttributes'],
        Resource: topicArn,
      },
      {
        Sid: 'EventBridgePublishes',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: topicArn,
        Condition: { ArnLike: { 'aws:SourceArn': ruleArns } },
      },
    ],
  }
}
