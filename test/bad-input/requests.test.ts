import { mkdtempSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  CreatePipelineCommand,
  CreateTrainingJobCommand,
  DescribePipelineExecutionCommand,
  DescribeTrainingJobCommand,
  ListPipelineExecutionsCommand,
  ListPipelineExecutionStepsCommand,
  SageMakerClient,
  StartPipelineExecutionCommand,
} from '@aws-sdk/client-sagemaker'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { explainFailure } from '../../src/cli/failure.ts'
import { readEngineAccess } from '../../src/config/aws-files.ts'
import { fixedClock } from '../../src/core/clock.ts'
import { startTestEngine } from '../../src/engine/testing.ts'
import { skyloop, skyloopJson } from '../support/cli.ts'

const BUCKET = 'skyloop-000000000000-us-east-1'
const ROLE = 'arn:aws:iam::000000000000:role/SkyloopExecution'
const NOWHERE = '000000000000.dkr.ecr.us-east-1.amazonaws.com/nowhere:1'
const folder = mkdtempSync(join(tmpdir(), 'skyloop-bad-requests-'))
const home = join(folder, 'home')

let sagemaker: SageMakerClient
let s3: S3Client

beforeAll(async () => {
  await skyloopJson(home, 'local', 'start', '--detach', '--port', '0')
  const access = await readEngineAccess(home)
  if (!access) throw new Error('the engine wrote no profile')
  const { endpoint, region, accessKeyId, secretAccessKey } = access
  const settings = { endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 }
  sagemaker = new SageMakerClient(settings)
  s3 = new S3Client({ ...settings, forcePathStyle: true })
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'data/kept.txt', Body: 'kept' }))
})

afterAll(async () => {
  await skyloop(home, 'local', 'stop')
  await rm(folder, { recursive: true, force: true })
})

describe('a parameter of the wrong type', () => {
  const given = ['pipeline', 'run', '--data', `s3://${BUCKET}/data`]

  test('is refused at the command line with the value, the type and all other problems; nothing is started', async () => {
    const wrong = ['--param', 'Epochs=many', '--param', 'BaseWeights=best', '--param', 'Epoch=3']
    const refused = await skyloop(home, ...given, ...wrong)
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('error ValidationException: parameter "Epochs": "many" is not of type Integer;')
    expect(refused.err).toContain('parameter "BaseWeights": "best" is not one of base, none')
    expect(refused.err).toContain('the pipeline has no parameter "Epoch"; it has InputData, Epochs,')
    const page = await sagemaker.send(new ListPipelineExecutionsCommand({ PipelineName: 'skyloop-detection' }))
    expect(page.PipelineExecutionSummaries).toEqual([])
  })

  test('is wrong usage when it is not even name=value', async () => {
    const refused = await skyloop(home, ...given, '--param', 'Epochs')
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('--param')])
  })

  test('in a request is refused with the member and what it must be', async () => {
    const request = { PipelineName: 'p', RoleArn: ROLE, PipelineDefinition: 7, ClientRequestToken: 'x'.repeat(32) }
    const call = sagemaker.send(new CreatePipelineCommand(request as never))
    await expect(call).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(/PipelineDefinition.*string/i),
    })
  })
})

describe('an unknown image', () => {
  const training = {
    RoleArn: ROLE,
    AlgorithmSpecification: { TrainingImage: NOWHERE, TrainingInputMode: 'File' as const },
    OutputDataConfig: { S3OutputPath: `s3://${BUCKET}/experiments` },
    ResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large' as const, VolumeSizeInGB: 1 },
    StoppingCondition: { MaxRuntimeInSeconds: 60 },
  }

  test('fails the training job, named with the list of those there are', async () => {
    await sagemaker.send(new CreateTrainingJobCommand({ ...training, TrainingJobName: 'nowhere' }))
    const job = await until(
      () => sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: 'nowhere' })),
      ({ TrainingJobStatus }) => TrainingJobStatus !== 'InProgress',
    )
    expect(job.TrainingJobStatus).toBe('Failed')
    expect(job.FailureReason).toMatch(
      /^ClientError: Cannot find image \S+\/nowhere:1: repository "nowhere" is not in .*images\.json, which has skyloop, skyloop-node, skyloop-python, skyloop-ultralytics$/,
    )
  })

  test('fails the pipeline at its step, with the same words', async () => {
    const definition = { Version: '2020-12-01', Steps: [{ Name: 'Train', Type: 'Training', Arguments: training }] }
    await sagemaker.send(
      new CreatePipelineCommand({
        PipelineName: 'unknown-image',
        RoleArn: ROLE,
        PipelineDefinition: JSON.stringify(definition),
        ClientRequestToken: crypto.randomUUID(),
      }),
    )
    const { PipelineExecutionArn } = await sagemaker.send(
      new StartPipelineExecutionCommand({
        PipelineName: 'unknown-image',
        ClientRequestToken: crypto.randomUUID(),
      }),
    )
    const execution = await until(
      () => sagemaker.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn })),
      ({ PipelineExecutionStatus }) => PipelineExecutionStatus !== 'Executing',
    )
    expect(execution.PipelineExecutionStatus).toBe('Failed')
    const { PipelineExecutionSteps: steps } = await sagemaker.send(
      new ListPipelineExecutionStepsCommand({ PipelineExecutionArn }),
    )
    expect(steps?.[0]?.FailureReason).toContain(`Cannot find image ${NOWHERE}`)
  })
})

describe('keys that are not right', () => {
  test('are refused at the command line with the next step, which helps; nothing stored is lost', async () => {
    const path = join(home, 'aws', 'credentials')
    const right = await readFile(path, 'utf8')
    await writeFile(path, right.replace(/(aws_secret_access_key = ).*/, '$1wrong'))
    const refused = await skyloop(home, 'whoami')
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(/^error SignatureDoesNotMatch: The request signature we calculated/)
    expect(refused.err).toContain('next: the keys are not the server')
    expect(refused.err).not.toContain('Canonical String')
    const port = new URL((await readEngineAccess(home))?.endpoint ?? '').port
    await skyloopJson(home, 'local', 'stop')
    await skyloopJson(home, 'local', 'start', '--detach', '--port', port)
    expect(await readFile(path, 'utf8')).toBe(right)
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'data/kept.txt' }))
    expect(await Body?.transformToString()).toBe('kept')
  })

  test('or no longer, or of another time, are told apart, each with its next step', async () => {
    const clock = fixedClock(new Date())
    await using engine = await startTestEngine({ clock })
    const hourMs = 3_600_000
    const { adminCredentials, clientConfiguration } = engine
    const failureOf = async (call: Promise<unknown>) =>
      explainFailure(
        await call.then(
          () => undefined,
          (error: unknown) => error,
        ),
        false,
      )

    const session = engine.engine.credentials.grantToProcess({
      kind: 'assumed-role',
      accountId: '000000000000',
      arn: 'arn:aws:sts::000000000000:assumed-role/Job/x',
      roleArn: 'arn:aws:iam::000000000000:role/Job',
      roleName: 'Job',
      sessionName: 'x',
    })
    const answer = await fetch(session.environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '', {
      headers: { authorization: session.environment['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? '' },
    })
    const keys = (await answer.json()) as { AccessKeyId: string; SecretAccessKey: string; Token: string }
    session.revoke()
    const credentials = {
      accessKeyId: keys.AccessKeyId,
      secretAccessKey: keys.SecretAccessKey,
      sessionToken: keys.Token,
    }
    const ended = new STSClient({ ...clientConfiguration, credentials })
    expect(await failureOf(ended.send(new GetCallerIdentityCommand({})))).toMatchObject({
      code: 'ExpiredToken',
      hint: 'temporary keys end by themselves: get new ones (with --profile: sign in again)',
      exitCode: 1,
    })

    const slow = { ...clientConfiguration, credentials: adminCredentials, systemClockOffset: -hourMs }
    const hint = "this machine's clock differs from the server's: set it right, then try again"
    expect(await failureOf(new STSClient(slow).send(new GetCallerIdentityCommand({})))).toMatchObject({
      code: 'SignatureDoesNotMatch',
      message: expect.stringMatching(/^Signature expired: \S+ is now earlier than/),
      hint,
    })
    const put = new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'x' })
    expect(await failureOf(new S3Client(slow).send(put))).toMatchObject({ code: 'RequestTimeTooSkewed', hint })
  })
})

async function until<T>(ask: () => Promise<T>, isDone: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (isDone(answer)) return answer
    await sleep(50)
  }
}
