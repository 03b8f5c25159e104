import {
  CreatePipelineCommand,
  DescribePipelineExecutionCommand,
  StartPipelineExecutionCommand,
} from '@aws-sdk/client-sagemaker'
import { LAB, NODE_IMAGE, openLab } from '../../src/engine/services/sagemaker/testing.ts'
import { startTestEngine } from '../../src/engine/testing.ts'
import type { Benchmark } from '../harness.ts'

const STEPS = 5

/** What a pipeline step costs besides its work: steps one after the other, whose script ends at once. */
export async function prepare(version: string): Promise<Benchmark> {
  const engine = await startTestEngine()
  const lab = await openLab(engine)
  await lab.put('code/step.mjs', '')
  const step = (index: number): object => ({
    Name: `Step${index}`,
    Type: 'Processing',
    Arguments: {
      RoleArn: lab.roleArn,
      AppSpecification: { ImageUri: NODE_IMAGE, ContainerEntrypoint: ['node', '/opt/ml/processing/code/step.mjs'] },
      ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.t3.medium', VolumeSizeInGB: 1 } },
      ProcessingInputs: [
        {
          InputName: 'code',
          S3Input: { S3Uri: `${LAB}/code/`, LocalPath: '/opt/ml/processing/code', S3DataType: 'S3Prefix' },
        },
      ],
    },
    ...(index > 0 && { DependsOn: [`Step${index - 1}`] }),
  })
  const definition = { Version: '2020-12-01', Steps: Array.from({ length: STEPS }, (_, index) => step(index)) }
  await lab.sagemaker.send(
    new CreatePipelineCommand({
      PipelineName: 'bench',
      RoleArn: lab.roleArn,
      ClientRequestToken: engine.engine.ids.uuid(),
      PipelineDefinition: JSON.stringify(definition),
    }),
  )
  const sample = async (): Promise<number> => {
    const started = performance.now()
    const { PipelineExecutionArn } = await lab.sagemaker.send(
      new StartPipelineExecutionCommand({ PipelineName: 'bench', ClientRequestToken: engine.engine.ids.uuid() }),
    )
    for (;;) {
      const { PipelineExecutionStatus: status, FailureReason: reason } = await lab.sagemaker.send(
        new DescribePipelineExecutionCommand({ PipelineExecutionArn }),
      )
      if (status === 'Succeeded') return (performance.now() - started) / 1000 / STEPS
      if (status !== 'Executing') throw new Error(`the execution is ${status}: ${reason}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  return {
    name: 'step',
    unit: 's',
    higherIsBetter: false,
    what: `a pipeline step with nothing to do, mean of ${STEPS} in a row, the start of its Node process included`,
    samples: 5,
    warmUp: 1,
    ours: { name: 'skyloop', version, sample, close: () => engine.stop() },
    peers: [],
  }
}
