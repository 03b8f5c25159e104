import type {
  CreateEndpointCommandInput,
  CreateEndpointConfigCommandInput,
  CreateHyperParameterTuningJobCommandInput,
  CreateModelCommandInput,
  CreateModelPackageCommandInput,
  CreateProcessingJobCommandInput,
  CreateTrainingJobCommandInput,
  DescribeEndpointConfigOutput,
  DescribeEndpointOutput,
  DescribeHyperParameterTuningJobResponse,
  DescribeModelOutput,
  DescribeModelPackageOutput,
  DescribeProcessingJobResponse,
  DescribeTrainingJobResponse,
  HyperParameterTrainingJobSummary,
} from '@aws-sdk/client-sagemaker'
import type { Templated } from '../dsl/templated.ts'
import { makeStep, type CachePolicy, type JobStepOptions, type PropertyFile, type Step } from './step.ts'

/** The service names the job itself: `pipelines-<execution>-<step>-<random>`. */
type WithoutName<Input, Name extends keyof Input> = Templated<Omit<Input, Name>>

export interface ProcessingStepOptions extends JobStepOptions {
  readonly arguments: WithoutName<CreateProcessingJobCommandInput, 'ProcessingJobName'>
  readonly propertyFiles?: readonly PropertyFile[]
  readonly cache?: CachePolicy
}

/** Runs a processing job. */
export function processingStep(options: ProcessingStepOptions): Step<DescribeProcessingJobResponse> {
  return makeStep({ ...options, type: 'Processing' })
}

export interface TrainingStepOptions extends JobStepOptions {
  readonly arguments: WithoutName<CreateTrainingJobCommandInput, 'TrainingJobName'>
  readonly cache?: CachePolicy
}

/** Runs a training job. */
export function trainingStep(options: TrainingStepOptions): Step<DescribeTrainingJobResponse> {
  return makeStep({ ...options, type: 'Training' })
}

export interface TuningStepOptions extends JobStepOptions {
  readonly arguments: WithoutName<CreateHyperParameterTuningJobCommandInput, 'HyperParameterTuningJobName'>
  readonly cache?: CachePolicy
}

/** What a tuning step can be asked for: its tuning job, and that job's training jobs, the best first. */
export interface TuningStepResult extends DescribeHyperParameterTuningJobResponse {
  TrainingJobSummaries: HyperParameterTrainingJobSummary[]
}

/** Runs a hyperparameter tuning job. */
export function tuningStep(options: TuningStepOptions): Step<TuningStepResult> {
  return makeStep({ ...options, type: 'Tuning' })
}

export interface ModelStepOptions extends JobStepOptions {
  readonly arguments: WithoutName<CreateModelCommandInput, 'ModelName'>
}

/** Makes a model that an endpoint can serve. */
export function modelStep(options: ModelStepOptions): Step<DescribeModelOutput> {
  return makeStep({ ...options, type: 'Model' })
}

export interface RegisterModelStepOptions extends JobStepOptions {
  readonly arguments: Templated<CreateModelPackageCommandInput>
}

/** Registers a version in a model package group. */
export function registerModelStep(options: RegisterModelStepOptions): Step<DescribeModelPackageOutput> {
  return makeStep({ ...options, type: 'RegisterModel' })
}

export interface EndpointConfigStepOptions extends StepOptionsOf<CreateEndpointConfigCommandInput> {}
export interface EndpointStepOptions extends StepOptionsOf<CreateEndpointCommandInput> {}

interface StepOptionsOf<Input> extends Omit<JobStepOptions, 'retry'> {
  readonly arguments: Templated<Input>
}

/** Makes an endpoint configuration. */
export function endpointConfigStep(options: EndpointConfigStepOptions): Step<DescribeEndpointConfigOutput> {
  return makeStep({ ...options, type: 'EndpointConfig' })
}

/** Makes an endpoint and waits until it is in service. */
export function endpointStep(options: EndpointStepOptions): Step<DescribeEndpointOutput> {
  return makeStep({ ...options, type: 'Endpoint' })
}
