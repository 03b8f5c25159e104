import { floatParameter, integerParameter, stringParameter, type Parameter } from '../dsl/parameter.ts'
import type { Pipeline } from '../dsl/pipeline.ts'
import { text } from '../dsl/reference.ts'
import { outputUri } from '../steps/step.ts'
import { createConditionStep } from './create-condition-step.ts'
import { createDeploymentStep } from './create-deployment-step.ts'
import { createEvaluationStep } from './create-evaluation-step.ts'
import { createMonitoringStep } from './create-monitoring-step.ts'
import { createPreprocessingStep } from './create-preprocessing-step.ts'
import { createRegistrationStep } from './create-registration-step.ts'
import { createTrainingStep } from './create-training-step.ts'
import { createValidationStep } from './create-validation-step.ts'
import type { StepContext } from './settings.ts'

/** Defaults of the pipeline's parameters. Every execution may give other values. */
export interface ParameterDefaults {
  /** @default 20 */
  readonly epochs?: number
  /** Side of the network's input in pixels, a multiple of 32. @default 320 */
  readonly imageSize?: number
  /** Side of a tile in pixels, or `none`. @default '640' */
  readonly tileSize?: string
  /** Factor between a tile and the network's input. @default 0.5 */
  readonly tileScale?: number
  /** @default 8 */
  readonly batchSize?: number
  /** The quality gate, 0 to 1. @default 0.5 */
  readonly minMap50?: number
  /** @default 'PendingManualApproval' */
  readonly approvalStatus?: 'PendingManualApproval' | 'Approved' | 'Rejected'
  /** @default 'ml.g4dn.xlarge' */
  readonly trainingInstanceType?: string
  /** @default 'ml.m5.xlarge' */
  readonly processingInstanceType?: string
  /** @default 'ml.m5.large' */
  readonly endpointInstanceType?: string
  /** The packaged weights, or none: from scratch. @default 'base' */
  readonly baseWeights?: 'base' | 'none'
  /** YOLO11 size. @default 'n' */
  readonly modelScale?: 'n' | 's' | 'm' | 'l' | 'x'
  /** Training ends well after so many minutes; 0 is no limit. @default 0 */
  readonly maxMinutes?: number
  /** Training stops after so many validations without a better model; 0 never. @default 0 */
  readonly patience?: number
  /** Validates every so many epochs. @default 1 */
  readonly validateEvery?: number
  /** Distance between distributions that the monitor calls drift, 0 to 1. @default 0.2 */
  readonly driftThreshold?: number
  /** @default 0 */
  readonly seed?: number
}

export interface CompletePipelineOptions {
  readonly pipelineName: string
  /** S3 prefix of raw data. Without it every execution must give `InputData`. */
  readonly inputData?: string
  /** @default the pipeline's name */
  readonly modelPackageGroupName?: string
  /** @default `<pipeline>-staging`, cut to 63 characters */
  readonly stagingEndpointName?: string
  readonly defaults?: ParameterDefaults
  /** Trains on spare capacity. @default false */
  readonly spot?: boolean
  /** Hyperparameters beyond those that are parameters of the pipeline. */
  readonly hyperparameters?: Readonly<Record<string, string | number>>
  readonly displayName?: string
  readonly description?: string
  /** @default unlimited */
  readonly maxParallelSteps?: number
}

/**
 * The whole loop: Preprocess, Validate, Train, Evaluate, Register (pending approval), QualityGate, and behind the gate
 * Deploy (staging) and MonitoringSetup; a model below the gate fails the execution with a reason.
 */
export function createCompletePipeline(context: StepContext, options: CompletePipelineOptions): Pipeline {
  const parameters = pipelineParameters(options)
  const p = parameters
  const processing = { instanceType: p.processingInstanceType }

  const preprocess = createPreprocessingStep(context, {
    ...processing,
    inputData: p.inputData,
    tileSize: p.tileSize,
    tileScale: p.tileScale,
    imageSize: p.imageSize,
    seed: p.seed,
  })
  const dataset = outputUri(preprocess, 'dataset')
  const validate = createValidationStep(context, { ...processing, dataset })
  const train = createTrainingStep(context, {
    dataset,
    hyperparameters: {
      scale: p.modelScale,
      weights: p.baseWeights,
      epochs: p.epochs,
      batch: p.batchSize,
      imgsz: p.imageSize,
      seed: p.seed,
      patience: p.patience,
      val_every: p.validateEvery,
      max_minutes: p.maxMinutes,
      ...options.hyperparameters,
    },
    instanceType: p.trainingInstanceType,
    spot: options.spot ?? false,
    // Nothing of the validation is read, but no training starts on data that did not pass it.
    dependsOn: [validate],
  })
  const model = train.properties.ModelArtifacts.S3ModelArtifacts
  const evaluate = createEvaluationStep(context, { ...processing, model, dataset })
  const register = createRegistrationStep(context, {
    model,
    evaluation: evaluate,
    modelPackageGroupName: p.modelPackageGroupName,
    approvalStatus: p.approvalStatus,
    metadata: { inputData: p.inputData, dataset, imageSize: text(p.imageSize), scale: p.modelScale },
    // A package states its metrics, so the evaluation has to be there.
    dependsOn: [evaluate],
  })
  const deploy = createDeploymentStep(context, {
    ...processing,
    modelPackageArn: register.properties.ModelPackageArn,
    endpointName: p.stagingEndpointName,
    endpointInstanceType: p.endpointInstanceType,
  })
  const monitoring = createMonitoringStep(context, {
    ...processing,
    model,
    frames: dataset,
    driftThreshold: p.driftThreshold,
  })
  const gate = createConditionStep({
    evaluation: evaluate,
    minMap50: p.minMap50,
    ifSteps: [deploy, monitoring],
    dependsOn: [register],
  })
  return {
    name: options.pipelineName,
    displayName: options.displayName,
    description: options.description ?? 'Preprocess, validate, train, evaluate, register, gate, deploy, monitor',
    parameters: Object.values(parameters),
    steps: [preprocess, validate, train, evaluate, register, gate],
    maxParallelSteps: options.maxParallelSteps,
  }
}

function pipelineParameters(options: CompletePipelineOptions) {
  const { pipelineName, defaults = {} } = options
  const optional = (value: string | undefined) => (value === undefined ? {} : { default: value })
  return {
    inputData: stringParameter('InputData', optional(options.inputData)),
    epochs: integerParameter('Epochs', { default: defaults.epochs ?? 20 }),
    imageSize: integerParameter('ImageSize', { default: defaults.imageSize ?? 320 }),
    tileSize: stringParameter('TileSize', { default: defaults.tileSize ?? '640' }),
    tileScale: floatParameter('TileScale', { default: defaults.tileScale ?? 0.5 }),
    batchSize: integerParameter('BatchSize', { default: defaults.batchSize ?? 8 }),
    minMap50: floatParameter('MinMap50', { default: defaults.minMap50 ?? 0.5 }),
    modelPackageGroupName: stringParameter('ModelPackageGroupName', {
      default: options.modelPackageGroupName ?? pipelineName,
    }),
    approvalStatus: stringParameter('ModelApprovalStatus', {
      default: defaults.approvalStatus ?? 'PendingManualApproval',
      oneOf: ['PendingManualApproval', 'Approved', 'Rejected'],
    }),
    stagingEndpointName: stringParameter('StagingEndpointName', {
      default: options.stagingEndpointName ?? `${pipelineName.slice(0, 55).replace(/-+$/, '')}-staging`,
    }),
    trainingInstanceType: stringParameter('TrainingInstanceType', {
      default: defaults.trainingInstanceType ?? 'ml.g4dn.xlarge',
    }),
    processingInstanceType: stringParameter('ProcessingInstanceType', {
      default: defaults.processingInstanceType ?? 'ml.m5.xlarge',
    }),
    endpointInstanceType: stringParameter('EndpointInstanceType', {
      default: defaults.endpointInstanceType ?? 'ml.m5.large',
    }),
    baseWeights: stringParameter('BaseWeights', { default: defaults.baseWeights ?? 'base', oneOf: ['base', 'none'] }),
    modelScale: stringParameter('ModelScale', {
      default: defaults.modelScale ?? 'n',
      oneOf: ['n', 's', 'm', 'l', 'x'],
    }),
    maxMinutes: floatParameter('MaxMinutes', { default: defaults.maxMinutes ?? 0 }),
    patience: integerParameter('Patience', { default: defaults.patience ?? 0 }),
    validateEvery: integerParameter('ValidateEvery', { default: defaults.validateEvery ?? 1 }),
    driftThreshold: floatParameter('DriftThreshold', { default: defaults.driftThreshold ?? 0.2 }),
    seed: integerParameter('Seed', { default: defaults.seed ?? 0 }),
  } satisfies Readonly<Record<string, Parameter>>
}
