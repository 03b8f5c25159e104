import type { StartPipelineExecutionCommandInput } from '@aws-sdk/client-sagemaker'
import type { PublishCommandInput } from '@aws-sdk/client-sns'
import { parseArn } from '../../../../core/arn.ts'
import { internalError } from '../../../../core/errors.ts'
import type { Engine } from '../../../engine.ts'
import { AwsError } from '../../../wire/aws-error.ts'
import { flushLogs } from '../../logs/log-sink.ts'
import { openLogStore } from '../../logs/log-store.ts'
import { publishAsService } from '../../sns/message/publish-as-service.ts'
import type { Delivery } from '../delivery/delivery-queue.ts'
import type { TargetDelivery } from '../delivery/target-delivery.ts'
import { targetInput } from '../input-transform.ts'
import { compileJsonPath } from '../json-path.ts'
import { ruleArn } from '../rule-store.ts'
import { targetKind, type TargetKind } from './target-kind.ts'

type Invoke = (engine: Engine, delivery: Delivery<TargetDelivery>) => Promise<void>

/** How each kind of target is invoked. */
const INVOKE: Readonly<Record<TargetKind, Invoke>> = {
  'sagemaker-pipeline': startPipeline,
  'sns-topic': publishToTopic,
  'log-group': writeLog,
}

/** Sends one event to one target. @throws whatever the target answers, for the queue to judge */
export async function invokeTarget(engine: Engine, delivery: Delivery<TargetDelivery>): Promise<void> {
  const kind = targetKind(delivery.payload.target.Arn ?? '')
  if (typeof kind === 'object') throw internalError(`a target that cannot be invoked was accepted: ${kind.refused}`)
  await INVOKE[kind](engine, delivery)
}

/** Role sessions of this service are named by the event, so that the audit trail leads back to it. */
const assume = (engine: Engine, roleArn: string, eventId: string) =>
  engine.assumeServiceRole(roleArn, 'events.amazonaws.com', `events-${eventId.slice(0, 36)}`)

async function startPipeline(
  engine: Engine,
  { id, payload: { target, event } }: Delivery<TargetDelivery>,
): Promise<void> {
  const parameters = (target.SageMakerPipelineParameters?.PipelineParameterList ?? []).map(({ Name, Value }) => ({
    Name,
    Value: Value?.startsWith('$') ? textAt(event, Value) : Value,
  }))
  const input: StartPipelineExecutionCommandInput = {
    PipelineName: parseArn(target.Arn!).resource.slice('pipeline/'.length),
    PipelineParameters: parameters,
    // The same at every attempt: a repeated delivery starts no second execution.
    ClientRequestToken: id,
  }
  await engine.invoke(assume(engine, target.RoleArn!, event.id), 'sagemaker', 'StartPipelineExecution', input)
}

function textAt(event: unknown, path: string): string {
  const value = compileJsonPath(path)?.(event)
  if (value === undefined) throw new AwsError('InvalidInputPath', 400, `the event has nothing at ${path}`)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

async function publishToTopic(engine: Engine, { payload }: Delivery<TargetDelivery>): Promise<void> {
  const { target, event } = payload
  const rule = { name: payload.rule, arn: ruleArn(engine, payload.rule) }
  const message = targetInput(target, event, rule, engine.clock.now())
  if (target.RoleArn === undefined) {
    publishAsService(engine, {
      topicArn: target.Arn!,
      message,
      servicePrincipal: 'events.amazonaws.com',
      sourceArn: rule.arn,
    })
    return
  }
  const input: PublishCommandInput = { TopicArn: target.Arn, Message: message }
  await engine.invoke(assume(engine, target.RoleArn, event.id), 'sns', 'Publish', input)
}

/** Differs: the group's resource policy is not asked; a rule of this account may write to a group of this account. */
async function writeLog(engine: Engine, { payload }: Delivery<TargetDelivery>): Promise<void> {
  const { target, event } = payload
  const group = parseArn(target.Arn!).resource.slice('log-group:'.length).replace(/:\*$/, '')
  if (!openLogStore(engine.store).group(group)) {
    throw new AwsError('ResourceNotFoundException', 400, `The specified log group does not exist: ${group}`)
  }
  const now = engine.clock.now()
  const rule = { name: payload.rule, arn: ruleArn(engine, payload.rule) }
  engine.logs.append(group, event.id, [{ timeMs: now.getTime(), message: targetInput(target, event, rule, now) }])
  // Delivered means written: the sink alone would keep the line in memory for a moment.
  flushLogs(engine)
}
