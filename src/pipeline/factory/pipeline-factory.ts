import type {
  DescribeModelPackageOutput,
  DescribeProcessingJobResponse,
  DescribeTrainingJobResponse,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import type { Pipeline } from '../dsl/pipeline.ts'
import type { Step } from '../steps/step.ts'
import { createCompletePipeline, type CompletePipelineOptions } from './complete-pipeline.ts'
import { createConditionStep, type QualityGateOptions } from './create-condition-step.ts'
import { createDeploymentStep, type DeploymentOptions } from './create-deployment-step.ts'
import { createEvaluationStep, type EvaluationOptions } from './create-evaluation-step.ts'
import { createMonitoringStep, type MonitoringOptions } from './create-monitoring-step.ts'
import { createPreprocessingStep, type PreprocessingOptions } from './create-preprocessing-step.ts'
import { createProfilingStep, type ProfilingOptions } from './create-profiling-step.ts'
import { createRegistrationStep, type RegistrationOptions } from './create-registration-step.ts'
import { createTrainingStep, type TrainingOptions } from './create-training-step.ts'
import { createValidationStep, type ValidationOptions } from './create-validation-step.ts'
import { executePipeline, upsertPipeline, type ExecuteOptions, type UpsertResult } from './run-pipeline.ts'
import { stepContext, type FactorySettings, type StepContext } from './settings.ts'

/**
 * Makes the steps and pipelines of object detection for one account, bucket and role.
 *
 * Steps made one by one write under `s3://<bucket>/<pipelineName>/<execution>/`, so give the name of the pipeline
 * they will be part of.
 */
export class PipelineFactory {
  readonly #settings: FactorySettings
  readonly #context: StepContext

  /** @param pipelineName of steps made one by one. @default 'skyloop' */
  constructor(settings: FactorySettings, pipelineName = 'skyloop') {
    this.#settings = settings
    this.#context = stepContext(settings, pipelineName)
  }

  createProfilingStep(options: ProfilingOptions): Step<DescribeProcessingJobResponse> {
    return createProfilingStep(this.#context, options)
  }

  createPreprocessingStep(options: PreprocessingOptions): Step<DescribeProcessingJobResponse> {
    return createPreprocessingStep(this.#context, options)
  }

  createValidationStep(options: ValidationOptions): Step<DescribeProcessingJobResponse> {
    return createValidationStep(this.#context, options)
  }

  createTrainingStep(options: TrainingOptions): Step<DescribeTrainingJobResponse> {
    return createTrainingStep(this.#context, options)
  }

  createEvaluationStep(options: EvaluationOptions): Step<DescribeProcessingJobResponse> {
    return createEvaluationStep(this.#context, options)
  }

  createRegistrationStep(options: RegistrationOptions): Step<DescribeModelPackageOutput> {
    return createRegistrationStep(this.#context, options)
  }

  createConditionStep(options: QualityGateOptions): Step {
    return createConditionStep(options)
  }

  createDeploymentStep(options: DeploymentOptions): Step<DescribeProcessingJobResponse> {
    return createDeploymentStep(this.#context, options)
  }

  createMonitoringStep(options: MonitoringOptions): Step<DescribeProcessingJobResponse> {
    return createMonitoringStep(this.#context, options)
  }

  /** The whole loop; see {@link createCompletePipeline}. */
  createCompletePipeline(options: CompletePipelineOptions): Pipeline {
    return createCompletePipeline(stepContext(this.#settings, options.pipelineName), options)
  }

  /** Creates or updates the pipeline, running as the factory's role. */
  upsertPipeline(client: SageMakerClient, pipeline: Pipeline): Promise<UpsertResult> {
    const { roleArn, tags } = stepContext(this.#settings, pipeline.name)
    return upsertPipeline(client, pipeline, {
      roleArn,
      tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])),
    })
  }

  /** Starts an execution and gives its ARN. */
  executePipeline(client: SageMakerClient, pipelineName: string, options: ExecuteOptions = {}): Promise<string> {
    return executePipeline(client, pipelineName, options)
  }
}
