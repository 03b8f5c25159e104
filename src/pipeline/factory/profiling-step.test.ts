import { IAMClient } from '@aws-sdk/client-iam'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import {
  DescribePipelineExecutionCommand,
  ListPipelineExecutionStepsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import sharp from 'sharp'
import { expect, test, vi } from 'vitest'
import { withEngine } from '../../engine/testing.ts'
import { applyGovernance } from '../../governance/apply-governance.ts'
import { floatParameter } from '../dsl/parameter.ts'
import { join } from '../dsl/reference.ts'
import { failStep } from '../steps/control-steps.ts'
import { jsonGet } from '../steps/step.ts'
import { PipelineFactory } from './pipeline-factory.ts'

const ACCOUNT = '000000000000'
const REGION = 'us-east-1'
const BUCKET = `skyloop-${ACCOUNT}-${REGION}`

test('a profiling step writes its reports, gives its numbers to later steps, and fails above the error rate', async () => {
  await withEngine(async ({ clientConfiguration }) => {
    await applyGovernance(new IAMClient(clientConfiguration), { accountId: ACCOUNT, region: REGION })
    const s3 = new S3Client(clientConfiguration)
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }))
    for (let k = 0; k < 3; k++) {
      const pixels = Buffer.from(Uint8Array.from({ length: 64 * 48 * 3 }, (_, i) => (i * (k + 3) * 7) % 251))
      const Body = await sharp(pixels, { raw: { width: 64, height: 48, channels: 3 } })
        .jpeg()
        .toBuffer()
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `raw/images/f-${k}.jpg`, Body }))
    }
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'raw/images/broken.jpg', Body: 'no picture' }))

    const borne = floatParameter('Borne', { default: 1 })
    const factory = new PipelineFactory({ accountId: ACCOUNT, region: REGION }, 'profiles')
    const profile = factory.createProfilingStep({ inputData: `s3://${BUCKET}/raw/`, maxErrorRate: borne })
    const say = failStep({
      name: 'Say',
      message: join(' of ', [
        jsonGet(profile, 'ProfileReport', 'counts.unreadable'),
        jsonGet(profile, 'ProfileReport', 'counts.images'),
      ]),
    })
    const sagemaker = new SageMakerClient(clientConfiguration)
    await factory.upsertPipeline(sagemaker, { name: 'profiles', parameters: [borne], steps: [profile, say] })
    const outcome = async (parameters: Record<string, string>) => {
      const PipelineExecutionArn = await factory.executePipeline(sagemaker, 'profiles', { parameters })
      await vi.waitFor(
        async () => {
          const { PipelineExecutionStatus } = await sagemaker.send(
            new DescribePipelineExecutionCommand({ PipelineExecutionArn }),
          )
          expect(PipelineExecutionStatus).toBe('Failed')
        },
        { timeout: 60_000, interval: 50 },
      )
      const { PipelineExecutionSteps = [] } = await sagemaker.send(
        new ListPipelineExecutionStepsCommand({ PipelineExecutionArn, SortOrder: 'Ascending' }),
      )
      return PipelineExecutionSteps.map(({ StepName, StepStatus, FailureReason }) => [
        StepName,
        StepStatus,
        FailureReason,
      ])
    }
    expect(await outcome({})).toEqual([
      ['Profile', 'Succeeded', undefined],
      ['Say', 'Failed', '1 of 4'],
    ])
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'profiles/' }))
    const keys = Contents.map(({ Key }) => Key as string)
    expect(new Set(keys.map((key) => key.split('/').at(-1)))).toEqual(
      new Set(['profile.html', 'profile.json', 'profile.txt']),
    )
    const json = keys.find((key) => key.endsWith('profile.json'))
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: json }))
    expect(JSON.parse((await Body?.transformToString()) ?? '')).toMatchObject({
      schema: 'skyloop.profile/1',
      counts: { images: 4, readable: 3, unreadable: 1, errorRate: 0.25 },
    })

    const [[, status, reason] = []] = await outcome({ Borne: '0.2' })
    expect(status).toBe('Failed')
    expect(reason).toContain('1 of 4 images cannot be read, a share of 0.2500; borne are 0.2')
    for (const client of [s3, sagemaker]) client.destroy()
  })
})
