import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type JobResult, runJobProcess } from '../../test/support/job-process.ts'
import { smallDetector } from '../../test/support/small-detector.ts'
import { packTarGz } from '../engine/runner/archive.ts'
import { LAB, openLab, type Lab } from '../engine/services/sagemaker/testing.ts'
import { startTestEngine, type TestEngine } from '../engine/testing.ts'

const IMAGE = '000000000000.dkr.ecr.us-east-1.amazonaws.com/skyloop:latest'

let engine: TestEngine
let lab: Lab
let packageArn: string

beforeAll(async () => {
  engine = await startTestEngine()
  lab = await openLab(engine)
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-deploy-'))
  await mkdir(join(folder, 'model'))
  await writeFile(join(folder, 'model', 'model.onnx'), smallDetector())
  await packTarGz(join(folder, 'model'), join(folder, 'model.tar.gz'))
  await lab.put('models/model.tar.gz', await readFile(join(folder, 'model.tar.gz')))
  await lab.sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'drone' }))
  const created = await lab.sagemaker.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: 'drone',
      ModelApprovalStatus: 'PendingManualApproval',
      InferenceSpecification: {
        Containers: [{ Image: IMAGE, ModelDataUrl: `${LAB}/models/model.tar.gz` }],
        SupportedContentTypes: ['image/jpeg'],
        SupportedResponseMIMETypes: ['application/json'],
      },
    }),
  )
  packageArn = created.ModelPackageArn!
})
afterAll(async () => engine.stop())

/** Runs the deploy program with the engine's keys, as the engine would run it with a role's. */
async function deploy(...more: string[]): Promise<JobResult & { readonly base: string }> {
  const base = await mkdtemp(join(tmpdir(), 'skyloop-deploy-job-'))
  const { accessKeyId, secretAccessKey } = engine.adminCredentials
  const result = await runJobProcess(
    base,
    ['deploy', '--model-package-arn', packageArn, '--endpoint-name', 'staging', '--role-arn', lab.roleArn, ...more],
    { AWS_ENDPOINT_URL: engine.url, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
  )
  return { ...result, base }
}

const CAPTURE = ['--capture-uri', `${LAB}/captured`, '--initial-sampling', '50']

const deployment = async (base: string): Promise<Record<string, string>> =>
  JSON.parse(await readFile(join(base, 'processing/deployment/deployment.json'), 'utf8')) as Record<string, string>

test('an unapproved package serves on staging by its image; again changes nothing; approved, it is deployed by name', async () => {
  const first = await deploy(...CAPTURE)
  expect([first.exitCode, first.message]).toEqual([
    0,
    expect.stringMatching(/^staging is in service \(created\); smoke test: \d+ detections/) as string,
  ])
  const result = await deployment(first.base)
  expect(result).toMatchObject({ action: 'created', endpointName: 'staging', modelPackageArn: packageArn })
  const { Containers } = await lab.sagemaker.send(new DescribeModelCommand({ ModelName: result['modelName']! }))
  expect(Containers).toMatchObject([{ Image: IMAGE, ModelDataUrl: `${LAB}/models/model.tar.gz` }])
  const config = await lab.sagemaker.send(
    new DescribeEndpointConfigCommand({ EndpointConfigName: result['endpointConfigName']! }),
  )
  expect(config.DataCaptureConfig).toMatchObject({
    InitialSamplingPercentage: 50,
    DestinationS3Uri: `${LAB}/captured`,
    CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
  })

  const second = await deploy(...CAPTURE)
  expect(await deployment(second.base)).toMatchObject({ action: 'kept', modelName: result['modelName'] })

  await lab.sagemaker.send(
    new UpdateModelPackageCommand({ ModelPackageArn: packageArn, ModelApprovalStatus: 'Approved' }),
  )
  const third = await deployment((await deploy(...CAPTURE)).base)
  expect(third).toMatchObject({ action: 'updated', modelApprovalStatus: 'Approved' })
  const model = await lab.sagemaker.send(new DescribeModelCommand({ ModelName: third['modelName']! }))
  expect(model.Containers).toMatchObject([{ ModelPackageName: packageArn }])
})

test('a package that does not exist, and a smoke image that is none, fail with a sentence', async () => {
  const unknown = await deploy('--model-package-arn', `${packageArn}7`)
  expect([unknown.exitCode, unknown.message]).toEqual([1, expect.stringContaining('does not exist') as string])
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-smoke-'))
  await writeFile(join(folder, 'x.jpg'), 'no image')
  const smoke = await deploy(...CAPTURE, '--smoke-image', join(folder, 'x.jpg'))
  expect([smoke.exitCode, smoke.message]).toEqual([1, expect.stringContaining('not a readable image') as string])
})
