import { PipelineFactory } from '../pipeline/factory/pipeline-factory.ts'
import type { Pipeline } from '../pipeline/dsl/pipeline.ts'
import type { ResourceNames } from '../config/names.ts'

/** The account that a pipeline is compiled for. */
export interface PipelinePlace {
  readonly accountId: string
  readonly region: string
  readonly names: ResourceNames
}

/** The complete pipeline under this installation's names, and the factory that can put it into an account. */
export function projectPipeline(
  place: PipelinePlace,
  pipelineName = place.names.pipeline,
): { readonly factory: PipelineFactory; readonly pipeline: Pipeline } {
  const { accountId, region, names } = place
  const factory = new PipelineFactory({ accountId, region, bucket: names.bucket })
  const pipeline = factory.createCompletePipeline({
    pipelineName,
    modelPackageGroupName: names.modelPackageGroup,
    stagingEndpointName: names.stagingEndpoint,
  })
  return { factory, pipeline }
}
