import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { CreateProcessingJobCommand, DescribeProcessingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker'
import { Upload } from '@aws-sdk/lib-storage'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** What the engine's home may hold: a file system of its own in memory. */
const DISK_MIB = 24
const MIB = 1024 * 1024
const mount = `mount -t tmpfs -o size=${DISK_MIB}m tmpfs "$1" && shift && exec "$@"`
const folder = mkdtempSync(join(tmpdir(), 'skyloop-full-'))
const canMount =
  process.platform === 'linux' && spawnSync('unshare', ['-rm', 'sh', '-c', mount, 'sh', folder, 'true']).status === 0

const ENGINE = `
const { startEngine } = await import(process.argv[1])
const engine = await startEngine({ home: process.argv[2], port: 0 })
await engine.ready
console.log(JSON.stringify({ url: engine.url, credentials: engine.adminCredentials }))
process.once('SIGTERM', () => engine.stop().then(() => process.exit(0)))
`
const Bucket = 'small'
const roleArn = 'arn:aws:iam::000000000000:role/Job'

// A user name space of its own is what lets anybody mount; where the system forbids it, this cannot be tried.
describe.skipIf(!canMount)(`on a disk of ${DISK_MIB} MiB`, () => {
  let engine: ReturnType<typeof spawn>
  let s3: S3Client
  let sagemaker: SageMakerClient
  let logs: CloudWatchLogsClient

  beforeAll(async () => {
    const start = new URL('../../src/engine/start.ts', import.meta.url).href
    const program = [process.execPath, '--input-type=module', '-e', ENGINE, start, folder]
    const child = spawn('unshare', ['-rm', 'sh', '-c', mount, 'sh', folder, ...program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    engine = child
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const { url, credentials } = JSON.parse(line) as {
      url: string
      credentials: { accessKeyId: string; secretAccessKey: string }
    }
    const settings = { endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 }
    s3 = new S3Client({ ...settings, forcePathStyle: true })
    sagemaker = new SageMakerClient(settings)
    logs = new CloudWatchLogsClient(settings)
    await s3.send(new CreateBucketCommand({ Bucket }))
    const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
    const trust = { Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }
    const iam = new IAMClient(settings)
    await iam.send(new CreateRoleCommand({ RoleName: 'Job', AssumeRolePolicyDocument: document(trust) }))
    const all = document({ Effect: 'Allow', Action: '*', Resource: '*' })
    await iam.send(new PutRolePolicyCommand({ RoleName: 'Job', PolicyName: 'all', PolicyDocument: all }))
  })

  afterAll(async () => {
    const ended = once(engine, 'exit')
    engine.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  })

  const put = (Key: string, sizeBytes: number) => {
    const Body = randomBytes(sizeBytes)
    return s3.send(new PutObjectCommand({ Bucket, Key, Body })).then(() => Body)
  }
  const bytesOf = async (Key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
    return Buffer.from((await Body?.transformToByteArray()) ?? [])
  }
  const keys = async () => (await s3.send(new ListObjectsV2Command({ Bucket }))).Contents?.map(({ Key }) => Key)

  test('an object that does not fit is refused by name; those stored before stay, and smaller ones still fit', async () => {
    const kept = await put('kept', 2 * MIB)
    await expect(put('large', 30 * MIB)).rejects.toMatchObject({
      name: 'InsufficientStorage',
      message: 'The disk of the engine is full: nothing was stored. Free space and try again.',
      $metadata: { httpStatusCode: 507 },
    })
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'large' }))).rejects.toMatchObject({ name: 'NotFound' })
    const parts = new Upload({ client: s3, params: { Bucket, Key: 'parts', Body: randomBytes(30 * MIB) } })
    await expect(parts.done()).rejects.toMatchObject({ name: 'InsufficientStorage' })
    expect((await bytesOf('kept')).equals(kept)).toBe(true)
    await put('small', MIB)
    expect(await keys()).toEqual(['kept', 'small'])
  })

  test('an object that does not fit in the place of another leaves that one', async () => {
    const first = await put('replaced', MIB)
    await expect(put('replaced', 30 * MIB)).rejects.toMatchObject({ name: 'InsufficientStorage' })
    expect((await bytesOf('replaced')).equals(first)).toBe(true)
  })

  test('a job whose output does not fit fails with the reason, and room is there again afterwards', async () => {
    const code = `import { writeFileSync } from 'node:fs'
      writeFileSync(process.env.SAGEMAKER_BASE_DIR + '/processing/out/big', Buffer.alloc(30 * 1024 * 1024, 1))`
    await s3.send(new PutObjectCommand({ Bucket, Key: 'code/big.mjs', Body: code }))
    const job = await run('big')
    expect(job.ProcessingJobStatus).toBe('Failed')
    expect(job.FailureReason).toBe('AlgorithmError: See job logs for more information, exit code: 1')
    expect(await loggedReason('big/')).toContain('ENOSPC: no space left on device')
    expect(await keys()).not.toContain('out/big')
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'small' }))
    expect((await put('afterwards', 4 * MIB)).length).toBe((await bytesOf('afterwards')).length)
  })

  /** Lines that came while the disk was full are written once there is room. */
  async function loggedReason(prefix: string): Promise<string | undefined> {
    for (;;) {
      const page = await logs
        .send(
          new FilterLogEventsCommand({
            logGroupName: '/aws/sagemaker/ProcessingJobs',
            logStreamNamePrefix: prefix,
            filterPattern: 'ENOSPC',
          }),
        )
        .catch(() => undefined)
      const found = page?.events?.[0]?.message
      if (found !== undefined) return found
      await sleep(100)
    }
  }

  async function run(name: string) {
    await sagemaker.send(
      new CreateProcessingJobCommand({
        ProcessingJobName: name,
        RoleArn: roleArn,
        AppSpecification: {
          ImageUri: '000000000000.dkr.ecr.us-east-1.amazonaws.com/skyloop-node:latest',
          ContainerEntrypoint: ['node', `/opt/ml/processing/code/${name}.mjs`],
        },
        ProcessingInputs: [
          {
            InputName: 'code',
            S3Input: { S3Uri: `s3://${Bucket}/code/`, LocalPath: '/opt/ml/processing/code', S3DataType: 'S3Prefix' },
          },
        ],
        ProcessingOutputConfig: {
          Outputs: [
            {
              OutputName: 'out',
              S3Output: {
                S3Uri: `s3://${Bucket}/out`,
                LocalPath: '/opt/ml/processing/out',
                S3UploadMode: 'EndOfJob',
              },
            },
          ],
        },
        ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
      }),
    )
    for (;;) {
      const job = await sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: name }))
      if (job.ProcessingJobStatus !== 'InProgress') return job
      await sleep(100)
    }
  }
})
