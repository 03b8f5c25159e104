import { afterAll, beforeAll, expect, test } from 'vitest'
import { CreateProcessingJobCommand, DescribeProcessingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { GetLogEventsCommand, CloudWatchLogsClient, DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { startTestEngine } from '../../testing.ts'
import type { TestEngine } from '../../testing.ts'
import { eventually, LAB, NODE_IMAGE, openLab } from './testing.ts'
import type { Lab } from './testing.ts'

let engine: TestEngine
let lab: Lab
beforeAll(async () => {
  engine = await startTestEngine()
  lab = await openLab(engine)
  await lab.put('code/main.mjs', CALLER)
})
afterAll(async () => engine.stop())

/** Says who it is, by the credentials that the job was given. */
const CALLER = `
import { createRequire } from 'node:module'
const require = createRequire(process.env.MODULES)
const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts')
const { Arn } = await new STSClient({}).send(new GetCallerIdentityCommand({}))
console.log('I am ' + Arn)
`

async function role(name: string, statements: object[], service = 'sagemaker.amazonaws.com') {
  const iam = new IAMClient(engine.clientConfiguration)
  const trust = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }
  const admin = { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:root' }, Action: 'sts:AssumeRole' }
  const document = (list: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: list })
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: document([trust, admin]) }))
  await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'own', PolicyDocument: document(statements) }))
  return `arn:aws:iam::000000000000:role/${name}`
}

async function run(client: SageMakerClient, name: string, roleArn: string) {
  await client.send(
    new CreateProcessingJobCommand({
      ProcessingJobName: name,
      RoleArn: roleArn,
      AppSpecification: {
        ImageUri: NODE_IMAGE,
        ContainerEntrypoint: ['node', '/opt/ml/processing/input/code/main.mjs'],
      },
      Environment: { MODULES: import.meta.filename },
      ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.t3.medium', VolumeSizeInGB: 1 } },
      ProcessingInputs: [
        {
          InputName: 'code',
          S3Input: { S3Uri: `${LAB}/code/`, LocalPath: '/opt/ml/processing/input/code', S3DataType: 'S3Prefix' },
        },
      ],
    }),
  )
  return eventually(
    () => lab.sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: name })),
    ({ ProcessingJobStatus }) => ProcessingJobStatus !== 'InProgress',
  )
}

test('a job acts as its role through the ordinary SDK, and its output is in the logs', async () => {
  const job = await run(lab.sagemaker, 'who', lab.roleArn)
  expect(job.ProcessingJobStatus).toBe('Completed')
  const logs = new CloudWatchLogsClient(engine.clientConfiguration)
  const logGroupName = '/aws/sagemaker/ProcessingJobs'
  const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: 'who/' }))
  const logStreamName = logStreams?.[0]?.logStreamName
  expect(logStreamName).toMatch(/^who\/algo-1-\d+$/)
  const { events } = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true }))
  expect(events?.map(({ message }) => message)).toEqual([
    'I am arn:aws:sts::000000000000:assumed-role/JobRole/SageMaker',
  ])
})

test('a job whose role may not read its input fails, naming what was refused', async () => {
  const roleArn = await role('Blind', [{ Effect: 'Allow', Action: 's3:ListBucket', Resource: '*' }])
  const job = await run(lab.sagemaker, 'blind', roleArn)
  expect(job.ProcessingJobStatus).toBe('Failed')
  expect(job.FailureReason).toMatch(
    /^ClientError: .*not authorized to perform: s3:GetObject on resource: arn:aws:s3:::lab\/code\/main.mjs/,
  )
})

test('a job whose role does not trust SageMaker fails', async () => {
  const roleArn = await role('Foreign', [{ Effect: 'Allow', Action: '*', Resource: '*' }], 'events.amazonaws.com')
  const job = await run(lab.sagemaker, 'foreign', roleArn)
  expect(job.FailureReason).toMatch(/^ClientError: .*sts:AssumeRole/)
})

test('who may not pass a role may not start a job with it', async () => {
  const roleArn = await role('Starter', [{ Effect: 'Allow', Action: 'sagemaker:*', Resource: '*' }])
  const sts = new STSClient(engine.clientConfiguration)
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'me' }))
  const starter = new SageMakerClient({
    ...engine.clientConfiguration,
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    },
  })
  await expect(run(starter, 'passed', lab.roleArn)).rejects.toThrow(
    'is not authorized to perform: iam:PassRole on resource: arn:aws:iam::000000000000:role/JobRole',
  )
})
