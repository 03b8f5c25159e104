import { readdir, readFile } from 'node:fs/promises'
import { join as joinPath } from 'node:path'
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge'
import { IAMClient } from '@aws-sdk/client-iam'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  DescribeModelPackageGroupCommand,
  DescribePipelineCommand,
  DescribePipelineExecutionCommand,
  ListPipelineExecutionsCommand,
  ListPipelineExecutionStepsCommand,
  ListPipelineParametersForExecutionCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { CreateTopicCommand, SetTopicAttributesCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startTestEngine, type TestEngine } from '../../engine/testing.ts'
import { applyGovernance } from '../../governance/apply-governance.ts'
import { greaterThanOrEqualTo } from '../dsl/condition.ts'
import { floatParameter, stringParameter } from '../dsl/parameter.ts'
import type { Pipeline } from '../dsl/pipeline.ts'
import { join } from '../dsl/reference.ts'
import { conditionStep, failStep } from '../steps/control-steps.ts'
import { processingStep } from '../steps/job-steps.ts'
import { jsonGet } from '../steps/step.ts'
import { PipelineFactory } from './pipeline-factory.ts'
import { retrainingRule } from './retraining-rule.ts'

const ACCOUNT = '000000000000'
const REGION = 'us-east-1'
const BUCKET = `skyloop-${ACCOUNT}-${REGION}`
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`
const factory = new PipelineFactory({ accountId: ACCOUNT, region: REGION })

/** Repeats a check until it passes; the limit guards against hangs. */
const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 60_000, interval: 50 })

let engine: TestEngine
let sagemaker: SageMakerClient
let sns: SNSClient
let events: EventBridgeClient

beforeAll(async () => {
  engine = await startTestEngine()
  const iam = new IAMClient(engine.clientConfiguration)
  await applyGovernance(iam, { accountId: ACCOUNT, region: REGION })
  iam.destroy()
  // Everything below is an ML engineer's work, so it is done with an ML engineer's permissions.
  const sts = new STSClient(engine.clientConfiguration)
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn: role('SkyloopMLEngineer'), RoleSessionName: 'grace' }),
  )
  sts.destroy()
  const asEngineer = {
    ...engine.clientConfiguration,
    credentials: {
      accessKeyId: Credentials?.AccessKeyId as string,
      secretAccessKey: Credentials?.SecretAccessKey as string,
      sessionToken: Credentials?.SessionToken as string,
    },
  }
  sagemaker = new SageMakerClient(asEngineer)
  sns = new SNSClient(asEngineer)
  events = new EventBridgeClient(asEngineer)
  const s3 = new S3Client(engine.clientConfiguration)
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }))
  const script = `import { mkdirSync, writeFileSync } from 'node:fs'
    const folder = process.env.SAGEMAKER_BASE_DIR + '/processing/report'
    mkdirSync(folder, { recursive: true })
    writeFileSync(folder + '/report.json', JSON.stringify({ metrics: { map50: { value: Number(process.argv[2]) } } }))`
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'code/report.mjs', Body: script }))
  s3.destroy()
})
afterAll(async () => {
  for (const client of [sagemaker, sns, events]) client.destroy()
  await engine.stop()
})

/** A pipeline that measures `Score` with a script and fails below 0.5. */
function gatePipeline(name: string): Pipeline {
  const score = floatParameter('Score', { default: 0.25 })
  const note = stringParameter('Note', { default: 'none' })
  const measure = processingStep({
    name: 'Measure',
    arguments: {
      RoleArn: role('SkyloopExecution'),
      ProcessingResources: {
        ClusterConfig: { InstanceType: 'ml.t3.medium', InstanceCount: 1, VolumeSizeInGB: 1 },
      },
      AppSpecification: {
        ImageUri: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/skyloop-node:latest`,
        ContainerEntrypoint: ['node', '/opt/ml/processing/input/code/report.mjs'],
        ContainerArguments: [join('', [score])],
      },
      ProcessingInputs: [
        {
          InputName: 'code',
          S3Input: {
            S3Uri: `s3://${BUCKET}/code/report.mjs`,
            LocalPath: '/opt/ml/processing/input/code',
            S3DataType: 'S3Prefix',
            S3InputMode: 'File',
          },
        },
      ],
      ProcessingOutputConfig: {
        Outputs: [
          {
            OutputName: 'report',
            S3Output: {
              S3Uri: `s3://${BUCKET}/${name}/report`,
              LocalPath: '/opt/ml/processing/report',
              S3UploadMode: 'EndOfJob',
            },
          },
        ],
      },
    },
    propertyFiles: [{ name: 'Report', outputName: 'report', path: 'report.json' }],
  })
  const gate = conditionStep({
    name: 'Gate',
    conditions: [greaterThanOrEqualTo(jsonGet<number>(measure, 'Report', 'metrics.map50.value'), 0.5)],
    elseSteps: [failStep({ name: 'TooLow', message: join('', ['score ', score, ' is too low; note: ', note]) })],
  })
  return { name, parameters: [score, note], steps: [measure, gate] }
}

const ended = async (PipelineExecutionArn: string) =>
  eventually(async () => {
    const execution = await sagemaker.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn }))
    expect(['Succeeded', 'Failed']).toContain(execution.PipelineExecutionStatus)
    return execution
  })

test('a pipeline written here runs on the engine: job, property file, condition, failure with its reason', async () => {
  await factory.upsertPipeline(sagemaker, gatePipeline('gate'))
  const good = await ended(await factory.executePipeline(sagemaker, 'gate', { parameters: { Score: 0.75 } }))
  expect([good.PipelineExecutionStatus, good.FailureReason]).toEqual(['Succeeded', undefined])
  const bad = await ended(await factory.executePipeline(sagemaker, 'gate', { parameters: { Note: 'foggy' } }))
  expect(bad.PipelineExecutionStatus).toBe('Failed')
  const { PipelineExecutionSteps } = await sagemaker.send(
    new ListPipelineExecutionStepsCommand({ PipelineExecutionArn: bad.PipelineExecutionArn }),
  )
  const failed = PipelineExecutionSteps?.find((step) => step.StepName === 'TooLow')
  expect(failed?.FailureReason).toContain('score 0.25 is too low; note: foggy')
})

test('upsert creates once, then updates only what differs', async () => {
  const pipeline = factory.createCompletePipeline({ pipelineName: 'whole', inputData: `s3://${BUCKET}/data` })
  const first = await factory.upsertPipeline(sagemaker, pipeline)
  expect(first).toMatchObject({
    action: 'created',
    pipelineArn: `arn:aws:sagemaker:${REGION}:${ACCOUNT}:pipeline/whole`,
  })
  expect((await factory.upsertPipeline(sagemaker, pipeline)).action).toBe('unchanged')
  const changed = factory.createCompletePipeline({
    pipelineName: 'whole',
    inputData: `s3://${BUCKET}/data`,
    defaults: { epochs: 7 },
  })
  expect((await factory.upsertPipeline(sagemaker, changed)).action).toBe('updated')
  const stored = await sagemaker.send(new DescribePipelineCommand({ PipelineName: 'whole' }))
  expect(JSON.parse(stored.PipelineDefinition ?? '')).toMatchObject({
    Parameters: expect.arrayContaining([{ Name: 'Epochs', Type: 'Integer', DefaultValue: 7 }]) as unknown,
  })
  await sagemaker.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: 'whole' }))
})

test('an execution of an unknown pipeline says what to do', async () => {
  await expect(factory.executePipeline(sagemaker, 'nobody')).rejects.toMatchObject({
    code: 'pipeline.no-such-pipeline',
    hint: expect.stringContaining('upsertPipeline') as string,
  })
})

test('violations start a retraining with values from the event, once, and tell people', async () => {
  const { pipelineArn } = await factory.upsertPipeline(sagemaker, gatePipeline('retrained'))
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'skyloop-alerts' }))
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'operator@example.com' }))
  const { rule, targets, topicPolicy } = retrainingRule({
    pipelineArn,
    topicArn: TopicArn as string,
    eventsRoleArn: role('SkyloopEvents'),
    endpointName: 'skyloop-production',
    pipelineParameters: { Score: '0.9', Note: '$.detail.monitoringJob' },
  })
  await events.send(new PutRuleCommand(rule))
  expect((await events.send(new PutTargetsCommand(targets))).FailedEntryCount).toBe(0)
  await sns.send(new SetTopicAttributesCommand(topicPolicy))

  const violations = (endpointName: string) => ({
    Source: 'skyloop.monitor',
    DetailType: 'Skyloop Monitoring Violations',
    Detail: JSON.stringify({
      endpointName,
      monitoringJob: 'monitor-7',
      violations: [{ feature_name: 'contrast', description: 'distance 0.4 exceeds 0.1' }],
      violationsUri: 's3://b/violations.json',
    }),
  })
  await events.send(
    new PutEventsCommand({ Entries: [violations('another-endpoint'), violations('skyloop-production')] }),
  )
  const executions = await eventually(async () => {
    const found = await sagemaker.send(new ListPipelineExecutionsCommand({ PipelineName: 'retrained' }))
    expect(found.PipelineExecutionSummaries?.length).toBe(1)
    return found.PipelineExecutionSummaries ?? []
  })
  const PipelineExecutionArn = executions[0]?.PipelineExecutionArn as string
  const given = await sagemaker.send(new ListPipelineParametersForExecutionCommand({ PipelineExecutionArn }))
  expect(given.PipelineParameters).toEqual(
    expect.arrayContaining([
      { Name: 'Score', Value: '0.9' },
      { Name: 'Note', Value: 'monitor-7' },
    ]),
  )
  expect((await ended(PipelineExecutionArn)).PipelineExecutionStatus).toBe('Succeeded')

  const outbox = joinPath(engine.engine.home, 'outbox')
  const mail = await eventually(async () => {
    const name = (await readdir(outbox)).find((one) => one.endsWith('.eml'))
    return readFile(joinPath(outbox, name ?? 'none yet'), 'utf8')
  })
  expect(mail).toContain('Endpoint skyloop-production no longer sees what its model was trained on')
  expect(mail).toContain('First violation: contrast: distance 0.4 exceeds 0.1')
})
