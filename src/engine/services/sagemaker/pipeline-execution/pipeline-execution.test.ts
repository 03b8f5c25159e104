import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  CreatePipelineCommand,
  DescribePipelineExecutionCommand,
  ListPipelineExecutionStepsCommand,
  ListPipelineParametersForExecutionCommand,
  RetryPipelineExecutionCommand,
  StartPipelineExecutionCommand,
  StopPipelineExecutionCommand,
} from '@aws-sdk/client-sagemaker'
import type { StartPipelineExecutionRequest } from '@aws-sdk/client-sagemaker'
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime'
import { startTestEngine } from '../../../testing.ts'
import type { TestEngine } from '../../../testing.ts'
import { eventually, LAB, NODE_IMAGE, openLab } from '../testing.ts'
import type { Lab } from '../testing.ts'

let engine: TestEngine
let lab: Lab
beforeAll(async () => {
  engine = await startTestEngine()
  lab = await openLab(engine)
  // One script for every step: `write <file> <text>`, `fail`, `wait`, `exists <s3 key>`.
  await lab.put(
    'code/step.mjs',
    `import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
     const [verb, name, text] = process.argv.slice(2)
     const out = process.env.SAGEMAKER_BASE_DIR + '/processing/out/'
     if (verb === 'write') writeFileSync(out + name, text)
     if (verb === 'fail') process.exit(1)
     if (verb === 'wait') setInterval(() => {}, 1000)
     if (verb === 'read') writeFileSync(out + 'read.txt', readFileSync(process.env.SAGEMAKER_BASE_DIR + '/processing/in/' + name))`,
  )
})
afterAll(async () => engine.stop())

let number = 0
const unique = (stem: string) => `${stem}-${++number}`

interface ScriptStep {
  readonly args: readonly unknown[]
  readonly input?: unknown
  readonly more?: object
}

/** A Processing step that runs the script. */
const step = (pipeline: string, name: string, { args, input, more }: ScriptStep) => ({
  Name: name,
  Type: 'Processing',
  Arguments: {
    RoleArn: 'arn:aws:iam::000000000000:role/JobRole',
    AppSpecification: {
      ImageUri: NODE_IMAGE,
      ContainerEntrypoint: ['node', '/opt/ml/processing/code/step.mjs'],
      ContainerArguments: args,
    },
    ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.t3.medium', VolumeSizeInGB: 1 } },
    ProcessingInputs: [
      {
        InputName: 'code',
        S3Input: { S3Uri: `${LAB}/code/`, LocalPath: '/opt/ml/processing/code', S3DataType: 'S3Prefix' },
      },
      ...(input === undefined
        ? []
        : [{ InputName: 'in', S3Input: { S3Uri: input, LocalPath: '/opt/ml/processing/in', S3DataType: 'S3Prefix' } }]),
    ],
    ProcessingOutputConfig: {
      Outputs: [
        {
          OutputName: 'out',
          S3Output: {
            S3Uri: `${LAB}/${pipeline}/${name}`,
            LocalPath: '/opt/ml/processing/out',
            S3UploadMode: 'EndOfJob',
          },
        },
      ],
    },
  },
  ...more,
})

async function create(name: string, definition: object) {
  await lab.sagemaker.send(
    new CreatePipelineCommand({
      PipelineName: name,
      RoleArn: lab.roleArn,
      ClientRequestToken: `${name}-token-token-token-token-token`,
      PipelineDefinition: JSON.stringify({ Version: '2020-12-01', ...definition }),
    }),
  )
}

async function start(name: string, more: Partial<StartPipelineExecutionRequest> = {}) {
  const started = await lab.sagemaker.send(
    new StartPipelineExecutionCommand({ PipelineName: name, ClientRequestToken: engine.engine.ids.uuid(), ...more }),
  )
  return started.PipelineExecutionArn as string
}

const look = (arn: string) => lab.sagemaker.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn: arn }))

async function ended(arn: string) {
  const execution = await eventually(
    () => look(arn),
    ({ PipelineExecutionStatus }) => !['Executing', 'Stopping'].includes(PipelineExecutionStatus ?? ''),
  )
  return { status: execution.PipelineExecutionStatus, reason: execution.FailureReason, steps: await stepsOf(arn) }
}

async function stepsOf(arn: string) {
  const { PipelineExecutionSteps = [] } = await lab.sagemaker.send(
    new ListPipelineExecutionStepsCommand({ PipelineExecutionArn: arn, MaxResults: 100 }),
  )
  return Object.fromEntries(PipelineExecutionSteps.map((each) => [each.StepName ?? '', each]))
}

const statuses = (steps: Awaited<ReturnType<typeof stepsOf>>) =>
  Object.fromEntries(Object.entries(steps).map(([name, { StepStatus }]) => [name, StepStatus]))

describe('an execution', () => {
  test('runs steps in the order of their references and takes the branch that its condition names', async () => {
    const name = unique('branches')
    await create(name, {
      Parameters: [
        { Name: 'Score', Type: 'Float', DefaultValue: 0.25 },
        { Name: 'Gate', Type: 'Float', DefaultValue: 0.5 },
      ],
      Steps: [
        {
          Name: 'Gate',
          Type: 'Condition',
          Arguments: {
            Conditions: [
              {
                Type: 'GreaterThanOrEqualTo',
                LeftValue: {
                  'Std:JsonGet': {
                    PropertyFile: { Get: 'Steps.Evaluate.PropertyFiles.Report' },
                    Path: 'metrics.map.value',
                  },
                },
                RightValue: { Get: 'Parameters.Gate' },
              },
            ],
            IfSteps: [
              step(name, 'Use', {
                args: ['read', 'report.json'],
                input: { Get: "Steps.Evaluate.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri" },
              }),
            ],
            ElseSteps: [
              {
                Name: 'TooLow',
                Type: 'Fail',
                Arguments: {
                  ErrorMessage: { 'Std:Join': { On: ' ', Values: ['score below', { Get: 'Parameters.Gate' }] } },
                },
              },
            ],
          },
        },
        step(name, 'Evaluate', {
          args: [
            'write',
            'report.json',
            { 'Std:Join': { On: '', Values: ['{"metrics":{"map":{"value":', { Get: 'Parameters.Score' }, '}}}'] } },
          ],
          more: { PropertyFiles: [{ PropertyFileName: 'Report', OutputName: 'out', FilePath: 'report.json' }] },
        }),
      ],
    })
    const low = await ended(await start(name))
    expect(low.status).toBe('Failed')
    expect(statuses(low.steps)).toEqual({ Evaluate: 'Succeeded', Gate: 'Succeeded', TooLow: 'Failed' })
    expect(low.steps['TooLow']?.FailureReason).toBe('score below 0.5')
    expect(low.steps['Gate']?.Metadata?.Condition?.Outcome).toBe('False')

    const arn = await start(name, { PipelineParameters: [{ Name: 'Score', Value: '0.75' }] })
    const high = await ended(arn)
    expect(high.reason).toBeUndefined()
    expect(high.status).toBe('Succeeded')
    expect(statuses(high.steps)).toEqual({ Evaluate: 'Succeeded', Gate: 'Succeeded', Use: 'Succeeded' })
    expect(await lab.text(`${name}/Use/read.txt`)).toBe('{"metrics":{"map":{"value":0.75}}}')
    const { PipelineParameters } = await lab.sagemaker.send(
      new ListPipelineParametersForExecutionCommand({ PipelineExecutionArn: arn }),
    )
    expect(PipelineParameters).toEqual([
      { Name: 'Gate', Value: '0.5' },
      { Name: 'Score', Value: '0.75' },
    ])
    const id = arn.split('/').at(-1)
    expect(high.steps['Use']?.Metadata?.ProcessingJob?.Arn).toMatch(
      new RegExp(`processing-job/pipelines-${id}-Use-[a-z0-9]{10}$`),
    )
  })

  test('lets running steps end when another fails, and starts none after', async () => {
    const name = unique('fails')
    await create(name, {
      Steps: [
        step(name, 'Bad', { args: ['fail'] }),
        step(name, 'Good', { args: ['write', 'x', 'x'] }),
        step(name, 'After', { args: ['write', 'x', 'x'], more: { DependsOn: ['Bad'] } }),
      ],
    })
    const arn = await start(name)
    const { status, reason, steps } = await ended(arn)
    expect(status).toBe('Failed')
    expect(reason).toBe('Step failure: One or multiple steps failed.')
    expect(statuses(steps)).toEqual({ Bad: 'Failed', Good: 'Succeeded' })
    expect(steps['Bad']?.FailureReason).toContain('exit code: 1')

    // Once its script is mended, a retry keeps what succeeded.
    const goodJob = steps['Good']?.Metadata?.ProcessingJob?.Arn
    const mended = await lab.text('code/step.mjs')
    await lab.put('code/step.mjs', mended.replace("verb === 'fail'", "verb === 'never'"))
    await lab.sagemaker.send(
      new RetryPipelineExecutionCommand({ PipelineExecutionArn: arn, ClientRequestToken: engine.engine.ids.uuid() }),
    )
    const again = await ended(arn)
    await lab.put('code/step.mjs', mended)
    expect(again.status).toBe('Succeeded')
    expect(statuses(again.steps)).toEqual({ Bad: 'Succeeded', Good: 'Succeeded', After: 'Succeeded' })
    expect(again.steps['Good']?.Metadata?.ProcessingJob?.Arn).toBe(goodJob)
  })

  test('runs side by side as many steps as it may', async () => {
    const name = unique('diamond')
    const after = (...DependsOn: string[]) => ({ more: { DependsOn } })
    await create(name, {
      Steps: [
        step(name, 'Last', { args: ['write', 'x', 'x'], ...after('Left', 'Right') }),
        step(name, 'Left', { args: ['write', 'x', 'x'], ...after('First') }),
        step(name, 'Right', { args: ['write', 'x', 'x'], ...after('First') }),
        step(name, 'First', { args: ['write', 'x', 'x'] }),
      ],
    })
    for (const limit of [1, 2]) {
      const arn = await start(name, { ParallelismConfiguration: { MaxParallelExecutionSteps: limit } })
      const { status, steps } = await ended(arn)
      expect(status).toBe('Succeeded')
      const time = (step_: string, side: 'StartTime' | 'EndTime') => steps[step_]?.[side]?.getTime() ?? Number.NaN
      expect(time('Left', 'StartTime')).toBeGreaterThanOrEqual(time('First', 'EndTime'))
      expect(time('Last', 'StartTime')).toBeGreaterThanOrEqual(
        Math.max(time('Left', 'EndTime'), time('Right', 'EndTime')),
      )
      const overlap =
        time('Right', 'StartTime') < time('Left', 'EndTime') && time('Left', 'StartTime') < time('Right', 'EndTime')
      expect(overlap).toBe(limit === 2)
    }
  })

  test('takes the inner branch of a condition in a branch', async () => {
    const name = unique('nested')
    const end = (Name: string) => ({ Name, Type: 'Fail', Arguments: { ErrorMessage: Name } })
    const gate = (Name: string, Value: number, IfSteps: object[], ElseSteps: object[]) => ({
      Name,
      Type: 'Condition',
      Arguments: {
        Conditions: [{ Type: 'LessThan', LeftValue: Value, RightValue: { Get: 'Parameters.N' } }],
        IfSteps,
        ElseSteps,
      },
    })
    await create(name, {
      Parameters: [{ Name: 'N', Type: 'Integer' }],
      Steps: [gate('Outer', 1, [gate('Inner', 2, [end('Big')], [end('Middle')])], [end('Small')])],
    })
    for (const [value, taken] of [
      ['1', 'Small'],
      ['2', 'Middle'],
      ['3', 'Big'],
    ] as const) {
      const { steps } = await ended(await start(name, { PipelineParameters: [{ Name: 'N', Value: value }] }))
      const ends = Object.keys(steps).filter((each) => !['Outer', 'Inner'].includes(each))
      expect(ends).toEqual([taken])
    }
  })

  test('trains, registers and deploys with what the steps before have made', async () => {
    const name = unique('deploys')
    await lab.put(
      `${name}/code/train.mjs`,
      `import { mkdirSync, writeFileSync } from 'node:fs'
       const model = process.env.SAGEMAKER_BASE_DIR + '/model'
       mkdirSync(model + '/code')
       writeFileSync(model + '/code/serve.mjs', \`
         import { createServer } from 'node:http'
         createServer((request, response) => response.end('\${process.argv.slice(2).join(' ')}')).listen(process.env.SAGEMAKER_BIND_TO_PORT, '127.0.0.1')\`)`,
    )
    const container = {
      Image: NODE_IMAGE,
      ModelDataUrl: { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' },
      Environment: { SAGEMAKER_PROGRAM: 'serve.mjs' },
    }
    await create(name, {
      Parameters: [{ Name: 'Epochs', Type: 'Integer', DefaultValue: 3 }],
      Steps: [
        {
          Name: 'Train',
          Type: 'Training',
          Arguments: {
            RoleArn: lab.roleArn,
            AlgorithmSpecification: { TrainingImage: NODE_IMAGE, TrainingInputMode: 'File' },
            HyperParameters: { sagemaker_program: 'train.mjs', epochs: { Get: 'Parameters.Epochs' } },
            InputDataConfig: [
              {
                ChannelName: 'code',
                DataSource: { S3DataSource: { S3Uri: `${LAB}/${name}/code/`, S3DataType: 'S3Prefix' } },
              },
            ],
            OutputDataConfig: { S3OutputPath: `${LAB}/${name}/models` },
            ResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 },
            StoppingCondition: { MaxRuntimeInSeconds: 60 },
          },
        },
        {
          Name: 'Register',
          Type: 'RegisterModel',
          Arguments: {
            ModelPackageGroupName: name,
            ModelApprovalStatus: 'Approved',
            InferenceSpecification: {
              Containers: [container],
              SupportedContentTypes: ['text/plain'],
              SupportedResponseMIMETypes: ['text/plain'],
            },
          },
        },
        {
          Name: 'Model',
          Type: 'Model',
          Arguments: {
            ExecutionRoleArn: lab.roleArn,
            PrimaryContainer: { ModelPackageName: { Get: 'Steps.Register.ModelPackageArn' } },
          },
        },
        {
          Name: 'Config',
          Type: 'EndpointConfig',
          Arguments: {
            ProductionVariants: [
              {
                VariantName: 'all',
                ModelName: { Get: 'Steps.Model.ModelName' },
                InitialInstanceCount: 1,
                InstanceType: 'ml.m5.large',
              },
            ],
          },
        },
        {
          Name: 'Deploy',
          Type: 'Endpoint',
          Arguments: { EndpointName: name, EndpointConfigName: { Get: 'Steps.Config.EndpointConfigName' } },
        },
      ],
    })
    const runtime = new SageMakerRuntimeClient(engine.clientConfiguration)
    // The second time the endpoint exists, and is updated.
    for (const epochs of ['3', '4']) {
      const arn = await start(name, { PipelineParameters: [{ Name: 'Epochs', Value: epochs }] })
      const { status, steps } = await ended(arn)
      expect(Object.values(steps).map(({ FailureReason }) => FailureReason)).toEqual(Array(5).fill(undefined))
      expect(status).toBe('Succeeded')
      expect(steps['Register']?.Metadata?.RegisterModel?.Arn).toMatch(
        new RegExp(`model-package/${name}/${Number(epochs) - 2}$`),
      )
      const { Body } = await runtime.send(new InvokeEndpointCommand({ EndpointName: name, Body: 'x' }))
      expect(Buffer.from(Body).toString()).toBe(`--epochs ${epochs}`)
    }
  })

  test('takes over the newest earlier result of equal arguments', async () => {
    const name = unique('cached')
    await create(name, {
      Parameters: [{ Name: 'Text', Type: 'String', DefaultValue: 'one' }],
      Steps: [
        step(name, 'Make', {
          args: ['write', 'x.txt', { Get: 'Parameters.Text' }],
          more: { CacheConfig: { Enabled: true, ExpireAfter: 'PT1H' } },
        }),
        step(name, 'Always', { args: ['write', 'x.txt', 'y'], more: { DependsOn: ['Make'] } }),
      ],
    })
    const first = await start(name)
    const one = await ended(first)
    expect(one.steps['Make']?.CacheHitResult).toBeUndefined()
    const two = await ended(await start(name))
    expect(two.steps['Make']?.CacheHitResult?.SourcePipelineExecutionArn).toBe(first)
    expect(two.steps['Make']?.Metadata).toEqual(one.steps['Make']?.Metadata)
    expect(two.steps['Always']?.CacheHitResult).toBeUndefined()
    const other = await ended(await start(name, { PipelineParameters: [{ Name: 'Text', Value: 'two' }] }))
    expect(other.steps['Make']?.CacheHitResult).toBeUndefined()
  })

  test('of selected steps takes over the results of the others', async () => {
    const name = unique('selected')
    const read = step(name, 'Read', {
      args: ['read', 'x.txt'],
      input: { Get: "Steps.Make.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri" },
    })
    await create(name, {
      Parameters: [{ Name: 'Text', Type: 'String', DefaultValue: 'default' }],
      Steps: [
        step(name, 'Make', { args: ['write', 'x.txt', { Get: 'Parameters.Text' }] }),
        read,
        step(name, 'Bad', { args: ['fail'] }),
        step(name, 'AfterBad', { args: ['write', 'x', 'x'], more: { DependsOn: ['Bad'] } }),
      ],
    })
    const select = (...steps: string[]) => ({
      SelectiveExecutionConfig: { SelectedSteps: steps.map((StepName) => ({ StepName })) },
    })
    await expect(start(name, select('Read'))).rejects.toThrow('has no execution to take results from')
    const source = await start(name, { PipelineParameters: [{ Name: 'Text', Value: 'first' }] })
    expect((await ended(source)).status).toBe('Failed')
    await expect(start(name, select('AfterBad'))).rejects.toThrow('needs Bad, which did not succeed')
    await expect(start(name, select('Nope'))).rejects.toThrow('SelectedSteps names Nope')

    const { status, steps } = await ended(await start(name, select('Read')))
    expect(status).toBe('Succeeded')
    expect(statuses(steps)).toEqual({ Make: 'Succeeded', Read: 'Succeeded' })
    expect(steps['Make']?.SelectiveExecutionResult?.SourcePipelineExecutionArn).toBe(source)
    expect(steps['Read']?.SelectiveExecutionResult).toBeUndefined()
    expect(await lab.text(`${name}/Read/read.txt`)).toBe('first')
  })

  test('is stopped with its jobs', async () => {
    const name = unique('stops')
    await create(name, {
      Steps: [
        step(name, 'Wait', { args: ['wait'] }),
        step(name, 'Next', { args: ['wait'], more: { DependsOn: ['Wait'] } }),
      ],
    })
    const arn = await start(name)
    await eventually(
      () => stepsOf(arn),
      (steps) => steps['Wait']?.Metadata?.ProcessingJob?.Arn !== undefined,
    )
    await lab.sagemaker.send(
      new StopPipelineExecutionCommand({ PipelineExecutionArn: arn, ClientRequestToken: engine.engine.ids.uuid() }),
    )
    const { status, steps } = await ended(arn)
    expect(status).toBe('Stopped')
    expect(statuses(steps)).toEqual({ Wait: 'Stopped' })
  })

  test('tries again as its retry policy says', async () => {
    const name = unique('retries')
    const wide = step(name, 'Wide', { args: [] })
    wide.Arguments.ProcessingResources.ClusterConfig.InstanceCount = 2
    await create(name, {
      Steps: [
        {
          ...wide,
          RetryPolicies: [
            { ExceptionType: ['SageMaker.RESOURCE_LIMIT'], IntervalSeconds: 0, BackoffRate: 1, MaxAttempts: 2 },
          ],
        },
      ],
    })
    const { status, steps } = await ended(await start(name))
    expect(status).toBe('Failed')
    expect(steps['Wide']?.AttemptCount).toBe(3)
    expect(steps['Wide']?.FailureReason).toContain('InstanceCount is 2')
  })

  test('fails a step whose arguments are incomplete, naming the member', async () => {
    const name = unique('incomplete')
    await create(name, { Steps: [{ Name: 'Bare', Type: 'Processing', Arguments: { RoleArn: lab.roleArn } }] })
    const { steps } = await ended(await start(name))
    expect(steps['Bare']?.FailureReason).toContain('AppSpecification')
    expect(steps['Bare']?.FailureReason).toContain('ProcessingResources')
  })

  test('is the same for the same token', async () => {
    const name = unique('token')
    await create(name, { Steps: [{ Name: 'End', Type: 'Fail', Arguments: { ErrorMessage: 'x' } }] })
    const token = engine.engine.ids.uuid()
    const arn = await start(name, { ClientRequestToken: token })
    expect(await start(name, { ClientRequestToken: token })).toBe(arn)
  })

  test('is refused with wrong parameters, all named', async () => {
    const name = unique('parameters')
    await create(name, {
      Parameters: [
        { Name: 'Epochs', Type: 'Integer' },
        { Name: 'Mode', Type: 'String', DefaultValue: 'fast', EnumValues: ['fast', 'slow'] },
      ],
      Steps: [{ Name: 'End', Type: 'Fail', Arguments: { ErrorMessage: 'x' } }],
    })
    const wrong = [
      { Name: 'Epochs', Value: '1.5' },
      { Name: 'Mode', Value: 'medium' },
      { Name: 'Nope', Value: '' },
    ]
    await expect(start(name, { PipelineParameters: wrong })).rejects.toThrow(
      'parameter "Epochs": "1.5" is not of type Integer; parameter "Mode": "medium" is not one of fast, slow; ' +
        'the pipeline has no parameter "Nope"; it has Epochs, Mode',
    )
    await expect(start(name)).rejects.toThrow('no value for parameter "Epochs"')
  })
})
