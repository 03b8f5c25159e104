import { spawnSync } from 'node:child_process'
import {
  CreatePipelineCommand,
  DescribePipelineExecutionCommand,
  DescribeProcessingJobCommand,
  ListPipelineExecutionStepsCommand,
  StartPipelineExecutionCommand,
} from '@aws-sdk/client-sagemaker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, type Lab, LAB, openLab } from '../../engine/services/sagemaker/testing.ts'
import { startTestEngine, type TestEngine } from '../../engine/testing.ts'
import { scriptTemplateManager } from './script-template-manager.ts'

let engine: TestEngine
let lab: Lab

beforeAll(async () => {
  engine = await startTestEngine()
  lab = await openLab(engine)
})
afterAll(() => engine.stop())

interface ScriptStep {
  readonly name: string
  readonly script: string
  readonly image: 'skyloop-node' | 'skyloop-python'
  readonly inputs: Readonly<Record<string, string>>
  readonly output: string
  readonly args: readonly unknown[]
  readonly after?: readonly string[]
}

/** A processing step as the definition of a pipeline has it. */
function processing({ name, script, image, inputs, output, args, after = [] }: ScriptStep): object {
  const input = (InputName: string, S3Uri: string, LocalPath: string) => ({
    InputName,
    AppManaged: false,
    S3Input: { S3Uri, LocalPath, S3DataType: 'S3Prefix', S3InputMode: 'File' },
  })
  return {
    Name: name,
    Type: 'Processing',
    DependsOn: after,
    Arguments: {
      RoleArn: lab.roleArn,
      ProcessingResources: { ClusterConfig: { InstanceType: 'ml.t3.medium', InstanceCount: 1, VolumeSizeInGB: 1 } },
      AppSpecification: {
        ImageUri: `000000000000.dkr.ecr.us-east-1.amazonaws.com/${image}:latest`,
        ContainerEntrypoint: [image === 'skyloop-node' ? 'node' : 'python3', `/opt/ml/processing/input/code/${script}`],
        ContainerArguments: args,
      },
      ProcessingInputs: [
        input('code', `${LAB}/code/${script}`, '/opt/ml/processing/input/code'),
        ...Object.entries(inputs).map(([folder, uri]) => input(folder, uri, `/opt/ml/processing/${folder}`)),
      ],
      ProcessingOutputConfig: {
        Outputs: [
          {
            OutputName: 'result',
            AppManaged: false,
            S3Output: {
              S3Uri: `${LAB}/out/${name}`,
              LocalPath: `/opt/ml/processing/${output}`,
              S3UploadMode: 'EndOfJob',
            },
          },
        ],
      },
    },
    ...(name === 'Evaluate' && {
      PropertyFiles: [{ PropertyFileName: 'Evaluation', OutputName: 'result', FilePath: 'evaluation.json' }],
    }),
  }
}

test('generated scripts run as steps: one prepares, one scores, a condition reads the score, a failure is a sentence', async () => {
  const hasPython = spawnSync('python3', ['--version']).status === 0
  await lab.put('raw/a.txt', 'abc')
  await lab.put('raw/b.txt', 'defgh')
  await lab.put(
    'code/prepare.mts',
    await scriptTemplateManager.generatePreprocessingScript({
      arguments: [{ name: 'upper', type: 'flag' }],
      logic: `
        import { readdir } from 'node:fs/promises'
        const names = (await readdir(inputPath)).filter((name) => name.endsWith('.txt'))
        for (const name of names) {
          signal.throwIfAborted()
          const content = await readFile(join(inputPath, name), 'utf8')
          await writeFile(join(outputPath, name), args.upper ? content.toUpperCase() : content)
        }
        return \`\${names.length} files prepared\``,
    }),
  )
  const score = hasPython ? 'score.py' : 'score.mts'
  const threshold = { name: 'share', type: 'number', default: 1 } as const
  await lab.put(
    `code/${score}`,
    hasPython
      ? await scriptTemplateManager.generateEvaluationScript({
          language: 'python',
          arguments: [threshold],
          logic: `
            text = "".join(open(os.path.join(data_path, name)).read() for name in sorted(os.listdir(data_path)))
            return {"upper": args.share * sum(c.isupper() for c in text) / len(text)}`,
        })
      : await scriptTemplateManager.generateEvaluationScript({
          arguments: [threshold],
          logic: `
            const { readdir } = await import('node:fs/promises')
            let text = ''
            for (const name of await readdir(dataPath)) text += await readFile(join(dataPath, name), 'utf8')
            return { upper: (args.share * text.replaceAll(/[^A-Z]/g, '').length) / text.length }`,
        }),
  )
  await lab.put(
    'code/refuse.mts',
    await scriptTemplateManager.generateCustomScript({ logic: "throw new StepError('the score is too low')" }),
  )
  const image = hasPython ? ('skyloop-python' as const) : ('skyloop-node' as const)
  const steps = [
    processing({
      name: 'Prepare',
      script: 'prepare.mts',
      image: 'skyloop-node',
      inputs: { input: `${LAB}/raw` },
      output: 'output',
      args: ['--upper'],
    }),
    processing({
      name: 'Evaluate',
      script: score,
      image,
      inputs: { data: `${LAB}/out/Prepare` },
      output: 'evaluation',
      args: ['--share', '0.5'],
      after: ['Prepare'],
    }),
    {
      Name: 'Gate',
      Type: 'Condition',
      Arguments: {
        Conditions: [
          {
            Type: 'GreaterThanOrEqualTo',
            LeftValue: {
              'Std:JsonGet': {
                PropertyFile: { Get: 'Steps.Evaluate.PropertyFiles.Evaluation' },
                Path: 'detection_metrics.upper.value',
              },
            },
            RightValue: 0.75,
          },
        ],
        IfSteps: [],
        ElseSteps: [
          processing({
            name: 'Refuse',
            script: 'refuse.mts',
            image: 'skyloop-node',
            inputs: {},
            output: 'nothing',
            args: [],
          }),
        ],
      },
    },
  ]
  const PipelineDefinition = JSON.stringify({ Version: '2020-12-01', Parameters: [], Steps: steps })
  await lab.sagemaker.send(
    new CreatePipelineCommand({
      PipelineName: 'scripts',
      PipelineDefinition,
      RoleArn: lab.roleArn,
      ClientRequestToken: 'a'.repeat(32),
    }),
  )
  const { PipelineExecutionArn } = await lab.sagemaker.send(
    new StartPipelineExecutionCommand({ PipelineName: 'scripts', ClientRequestToken: 'b'.repeat(32) }),
  )
  const ended = await eventually(
    () => lab.sagemaker.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn })),
    ({ PipelineExecutionStatus }) => !['Executing', 'Stopping'].includes(PipelineExecutionStatus ?? ''),
  )
  expect(ended.PipelineExecutionStatus).toBe('Failed')
  expect([await lab.text('out/Prepare/a.txt'), await lab.text('out/Prepare/b.txt')]).toEqual(['ABC', 'DEFGH'])
  // All eight letters are upper case, and half of that counts.
  expect(JSON.parse(await lab.text('out/Evaluate/evaluation.json'))).toEqual({
    detection_metrics: { upper: { value: 0.5 } },
  })
  const { PipelineExecutionSteps = [] } = await lab.sagemaker.send(
    new ListPipelineExecutionStepsCommand({ PipelineExecutionArn }),
  )
  const named = new Map(PipelineExecutionSteps.map((step) => [step.StepName, step]))
  expect([...named].map(([name, { StepStatus }]) => `${name} ${StepStatus}`).toSorted()).toEqual([
    'Evaluate Succeeded',
    'Gate Succeeded',
    'Prepare Succeeded',
    'Refuse Failed',
  ])
  expect(named.get('Refuse')?.FailureReason).toContain('the score is too low')
  const job = named.get('Prepare')?.Metadata?.ProcessingJob?.Arn?.split('/').at(-1) ?? ''
  const { ExitMessage } = await lab.sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: job }))
  expect(ExitMessage).toBe('2 files prepared')
})
