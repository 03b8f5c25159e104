import { joinS3 } from '../../../../core/s3-uri.ts'
import { OBJECTIVE_PARAMETER } from '../training-job/objective-series.ts'
import type { TrainingRequest } from '../training-job/record.ts'
import type { TuningRequest } from './record.ts'
import type { Parameters } from './search/space.ts'

/** `<tuning job>-001-<hash>`, as SageMaker names the jobs that it launches. */
export function trialName(tuningName: string, number: number, hash: string): string {
  return `${tuningName}-${String(number).padStart(3, '0')}-${hash}`
}

/**
 * The training job for one combination: the definition, its static hyperparameters and the chosen ones.
 *
 * Checkpoints go to a folder of the job's own below the definition's, since a job goes on from what it finds there.
 */
export function trialRequest(tuning: TuningRequest, name: string, parameters: Parameters): TrainingRequest {
  const { TrainingJobDefinition: definition, HyperParameterTuningJobConfig: config, Tags } = tuning
  const {
    DefinitionName: _name,
    TuningObjective,
    HyperParameterRanges: _ranges,
    HyperParameterTuningResourceConfig: _resources,
    StaticHyperParameters,
    CheckpointConfig,
    ...shared
  } = definition ?? ({} as NonNullable<typeof definition>)
  const metric = (config.HyperParameterTuningJobObjective ?? TuningObjective)?.MetricName ?? ''
  return {
    ...shared,
    TrainingJobName: name,
    HyperParameters: { ...StaticHyperParameters, ...parameters, [OBJECTIVE_PARAMETER]: metric },
    ...(CheckpointConfig && {
      CheckpointConfig: { ...CheckpointConfig, S3Uri: joinS3(CheckpointConfig.S3Uri, name) },
    }),
    Tags,
  }
}
