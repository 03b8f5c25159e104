import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  UpdateEndpointCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker'
import type { CreateEndpointConfigInput, ProductionVariant } from '@aws-sdk/client-sagemaker'
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { packTarGz } from '../../../runner/archive.ts'
import { startTestEngine } from '../../../testing.ts'
import type { TestEngine } from '../../../testing.ts'
import { eventually, LAB, NODE_IMAGE, openLab } from '../testing.ts'
import type { Lab } from '../testing.ts'

/** A server that answers with its name, the body, and what it was told. `crash` ends it, `bad` is an error of the caller. */
const SERVER = `
import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
const name = readFileSync(process.env.SAGEMAKER_BASE_DIR + '/model/name.txt', 'utf8')
if (name === 'broken') { console.log('no weights'); process.exit(7) }
createServer(async (request, response) => {
  if (request.url === '/ping') return response.end()
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks).toString()
  if (body === 'crash') process.exit(1)
  if (body === 'bad') { response.statusCode = 400; return response.end('no picture') }
  response.setHeader('content-type', 'application/json')
  response.setHeader('x-amzn-sagemaker-custom-attributes', 'seen=' + request.headers['x-amzn-sagemaker-custom-attributes'])
  response.end(JSON.stringify({ name, body, accept: request.headers.accept }))
}).listen(process.env.SAGEMAKER_BIND_TO_PORT, '127.0.0.1', () => console.log('serving ' + name))
`

let engine: TestEngine
let lab: Lab
let runtime: SageMakerRuntimeClient
beforeAll(async () => {
  engine = await startTestEngine()
  lab = await openLab(engine)
  runtime = new SageMakerRuntimeClient(engine.clientConfiguration)
  for (const name of ['blue', 'green', 'broken']) await createModel(name)
})
afterAll(async () => engine.stop())

async function createModel(name: string) {
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-serve-'))
  await mkdir(join(folder, 'model', 'code'), { recursive: true })
  await writeFile(join(folder, 'model', 'name.txt'), name)
  await writeFile(join(folder, 'model', 'code', 'serve.mjs'), SERVER)
  await packTarGz(join(folder, 'model'), join(folder, 'model.tar.gz'))
  await lab.put(`models/${name}/model.tar.gz`, await readFile(join(folder, 'model.tar.gz')))
  await rm(folder, { recursive: true })
  await lab.sagemaker.send(
    new CreateModelCommand({ ModelName: name, ExecutionRoleArn: lab.roleArn, PrimaryContainer: container(name) }),
  )
}

const container = (name: string) => ({
  Image: NODE_IMAGE,
  ModelDataUrl: `${LAB}/models/${name}/model.tar.gz`,
  Environment: { SAGEMAKER_PROGRAM: 'serve.mjs' },
})

const variant = (ModelName: string, more: Partial<ProductionVariant> = {}): ProductionVariant => ({
  VariantName: ModelName,
  ModelName,
  InstanceType: 'ml.m5.large',
  InitialInstanceCount: 1,
  InitialVariantWeight: 1,
  ContainerStartupHealthCheckTimeoutInSeconds: 60,
  ...more,
})

async function config(
  name: string,
  ProductionVariants: ProductionVariant[],
  more: Partial<CreateEndpointConfigInput> = {},
) {
  await lab.sagemaker.send(new CreateEndpointConfigCommand({ EndpointConfigName: name, ProductionVariants, ...more }))
}

const look = (EndpointName: string) => lab.sagemaker.send(new DescribeEndpointCommand({ EndpointName }))
const settled = (name: string) =>
  eventually(
    () => look(name),
    ({ EndpointStatus }) => EndpointStatus === 'InService' || EndpointStatus === 'Failed',
  )

async function endpoint(name: string, configName: string) {
  await lab.sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: configName }))
  return settled(name)
}

async function invoke(EndpointName: string, Body: string, more: object = {}) {
  const answer = await runtime.send(new InvokeEndpointCommand({ EndpointName, Body, ContentType: 'text/csv', ...more }))
  return {
    ...answer,
    json: JSON.parse(Buffer.from(answer.Body).toString()) as { name: string; body: string; accept: string },
  }
}

describe('an endpoint', () => {
  test('serves, is replaced without a gap, and rolls back when the new model does not come up', async () => {
    await config('only-blue', [variant('blue')])
    await config('only-green', [variant('green')])
    await config('only-broken', [variant('broken')])
    const up = await endpoint('main', 'only-blue')
    expect(up.FailureReason).toBeUndefined()
    const answer = await invoke('main', 'a,b', { Accept: 'application/json', CustomAttributes: 'trace-1' })
    expect(answer.json).toEqual({ name: 'blue', body: 'a,b', accept: 'application/json' })
    expect([answer.InvokedProductionVariant, answer.ContentType, answer.CustomAttributes]).toEqual([
      'blue',
      'application/json',
      'seen=trace-1',
    ])

    await lab.sagemaker.send(new UpdateEndpointCommand({ EndpointName: 'main', EndpointConfigName: 'only-green' }))
    const names = new Set<string>()
    const updated = await eventually(
      async () => {
        names.add((await invoke('main', 'x')).json.name)
        return look('main')
      },
      ({ EndpointStatus }) => EndpointStatus === 'InService',
    )
    expect(updated.EndpointConfigName).toBe('only-green')
    expect([...names].every((name) => name === 'blue' || name === 'green')).toBe(true)
    expect((await invoke('main', 'x')).json.name).toBe('green')

    await lab.sagemaker.send(new UpdateEndpointCommand({ EndpointName: 'main', EndpointConfigName: 'only-broken' }))
    const back = await settled('main')
    expect([back.EndpointStatus, back.EndpointConfigName]).toEqual(['InService', 'only-green'])
    expect(back.FailureReason).toContain('it exited with status 7: no weights')
    expect((await invoke('main', 'x')).json.name).toBe('green')
  })

  test('that cannot come up fails and says why', async () => {
    const failed = await endpoint('hopeless', 'only-broken')
    expect(failed.EndpointStatus).toBe('Failed')
    expect(failed.FailureReason).toContain('did not pass the ping health check')
    await expect(invoke('hopeless', 'x')).rejects.toThrow('takes no traffic')
  })

  test('splits its traffic by weight and captures it', async () => {
    await config('split', [variant('blue', { InitialVariantWeight: 3 }), variant('green')], {
      DataCaptureConfig: {
        EnableCapture: true,
        InitialSamplingPercentage: 50,
        DestinationS3Uri: `${LAB}/captured`,
        CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
        CaptureContentTypeHeader: { CsvContentTypes: ['text/csv'] },
      },
    })
    await endpoint('split', 'split')
    const answers: string[] = []
    for (let i = 0; i < 8; i++) answers.push((await invoke('split', `${i}`, { InferenceId: `id-${i}` })).json.name)
    expect(answers.filter((name) => name === 'blue')).toHaveLength(6)
    expect((await invoke('split', 'x', { TargetVariant: 'green' })).json.name).toBe('green')
    await lab.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'split' }))
    await eventually(
      async () =>
        look('split').then(
          () => 'there',
          () => 'gone',
        ),
      (state) => state === 'gone',
    )
    const { Contents = [] } = await lab.s3.send(
      new ListObjectsV2Command({ Bucket: 'lab', Prefix: 'captured/split/blue/' }),
    )
    expect(Contents[0]?.Key).toMatch(/^captured\/split\/blue\/\d{4}\/\d\d\/\d\d\/\d\d\/[\w-]+\.jsonl$/)
    const lines = (await lab.text(Contents[0]?.Key ?? '')).trimEnd().split('\n')
    // Every second of blue's six calls.
    expect(lines).toHaveLength(3)
    const record = JSON.parse(lines[0] ?? '') as Record<string, unknown>
    expect(record).toMatchObject({
      captureData: {
        endpointInput: { observedContentType: 'text/csv', mode: 'INPUT', encoding: 'CSV' },
        endpointOutput: { observedContentType: 'application/json', mode: 'OUTPUT', encoding: 'BASE64' },
      },
      eventMetadata: { inferenceId: expect.stringMatching(/^id-\d$/) },
      eventVersion: '0',
    })
  })

  test('passes on errors of the container, and starts a crashed process again', async () => {
    await config('sturdy', [variant('blue')])
    await endpoint('sturdy', 'sturdy')
    await expect(invoke('sturdy', 'bad')).rejects.toMatchObject({
      name: 'ModelError',
      OriginalStatusCode: 400,
      OriginalMessage: 'no picture',
      $metadata: { httpStatusCode: 424 },
    })
    await expect(invoke('sturdy', 'crash')).rejects.toMatchObject({
      name: expect.stringMatching(/^(ModelError|ServiceUnavailable)$/),
    })
    const again = await eventually(
      async () =>
        invoke('sturdy', 'x').then(
          ({ json }) => json.name,
          () => undefined,
        ),
      (name) => name !== undefined,
    )
    expect(again).toBe('blue')
  })

  test('gets more processes and another share of traffic in place', async () => {
    await config('scaled', [variant('blue'), variant('green')])
    await endpoint('scaled', 'scaled')
    await lab.sagemaker.send(
      new UpdateEndpointWeightsAndCapacitiesCommand({
        EndpointName: 'scaled',
        DesiredWeightsAndCapacities: [
          { VariantName: 'blue', DesiredWeight: 0 },
          { VariantName: 'green', DesiredWeight: 1, DesiredInstanceCount: 2 },
        ],
      }),
    )
    const { ProductionVariants } = await settled('scaled')
    expect(
      ProductionVariants?.map((each) => [each.VariantName, each.CurrentWeight, each.CurrentInstanceCount]),
    ).toEqual([
      ['blue', 0, 1],
      ['green', 1, 2],
    ])
    expect((await invoke('scaled', 'x')).json.name).toBe('green')
  })
})

test('only an approved model package becomes a model', async () => {
  await lab.sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'drones' }))
  const { ModelPackageArn } = await lab.sagemaker.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: 'drones',
      InferenceSpecification: {
        Containers: [container('blue')],
        SupportedContentTypes: ['image/jpeg'],
        SupportedResponseMIMETypes: ['application/json'],
      },
    }),
  )
  expect(ModelPackageArn).toBe('arn:aws:sagemaker:us-east-1:000000000000:model-package/drones/1')
  const create = () =>
    lab.sagemaker.send(
      new CreateModelCommand({
        ModelName: 'from-package',
        ExecutionRoleArn: lab.roleArn,
        Containers: [{ ModelPackageName: ModelPackageArn }],
      }),
    )
  await expect(create()).rejects.toThrow('is PendingManualApproval')
  await lab.sagemaker.send(new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus: 'Approved' }))
  await create()
  await config('packaged', [variant('from-package', { VariantName: 'AllTraffic' })])
  await endpoint('packaged', 'packaged')
  expect((await invoke('packaged', 'x')).json.name).toBe('blue')
})
