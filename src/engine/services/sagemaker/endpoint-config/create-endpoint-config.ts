import type { CreateEndpointConfigOutput } from '@aws-sdk/client-sagemaker'
import { messageOf } from '../../../../core/errors.ts'
import { parseS3Uri } from '../../../../core/s3-uri.ts'
import { validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import type { Engine } from '../../../engine.ts'
import { checkName, notImplementedHere } from '../errors.ts'
import { getModel } from '../model/record.ts'
import { onResource, passRole } from '../permissions.ts'
import { setTags } from '../tags/tag-store.ts'
import { endpointConfigArn, endpointConfigs } from './record.ts'
import type { EndpointConfigRequest, VariantRequest } from './record.ts'

/**
 * CreateEndpointConfig: which models serve, with what share of the traffic, and what is captured.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
 * Differs: serverless and asynchronous inference, shadow variants, explainers and inference components are refused.
 * @throws ValidationException when the name is taken or a model does not exist
 */
export const createEndpointConfig = operation<EndpointConfigRequest, CreateEndpointConfigOutput>({
  permissions: (input, call) => [
    onResource(call, 'CreateEndpointConfig', 'endpoint-config', input.EndpointConfigName),
    ...passRole(input.ExecutionRoleArn),
  ],
  handle: (input, { engine }) => {
    const name = input.EndpointConfigName
    checkName('endpointConfigName', name)
    check(engine, input)
    const { Tags, ...request } = input
    const arn = endpointConfigArn(engine, name)
    engine.store.transaction(() => {
      if (!endpointConfigs(engine).insert(name, { name, arn, request, createdAt: engine.clock.now() })) {
        throw validationError(`Cannot create already existing endpoint configuration "${arn}".`)
      }
      setTags(engine, arn, Tags)
    })
    return { EndpointConfigArn: arn }
  },
})

function check(engine: Engine, input: EndpointConfigRequest): void {
  if (input.AsyncInferenceConfig) throw notImplementedHere('AsyncInferenceConfig')
  if (input.ExplainerConfig) throw notImplementedHere('ExplainerConfig')
  if (input.ShadowProductionVariants?.length) throw notImplementedHere('ShadowProductionVariants')
  const variants = input.ProductionVariants
  if (variants.length === 0) throw validationError('ProductionVariants must name at least one variant')
  const names = variants.map(({ VariantName }) => VariantName)
  if (new Set(names).size < names.length) throw validationError(`variant names must be unique: ${names.join(', ')}`)
  for (const variant of variants) checkVariant(engine, variant)
  const capture = input.DataCaptureConfig
  if (!capture) return
  if (capture.InitialSamplingPercentage < 0 || capture.InitialSamplingPercentage > 100) {
    throw validationError('DataCaptureConfig.InitialSamplingPercentage must be between 0 and 100')
  }
  try {
    parseS3Uri(capture.DestinationS3Uri)
  } catch (error) {
    throw validationError(`DataCaptureConfig.DestinationS3Uri: ${messageOf(error)}`)
  }
}

function checkVariant(engine: Engine, variant: VariantRequest): void {
  if (variant.ServerlessConfig) throw notImplementedHere('ServerlessConfig')
  if (variant.ManagedInstanceScaling) throw notImplementedHere('ManagedInstanceScaling')
  if (variant.InstancePools?.length) throw notImplementedHere('InstancePools')
  if (variant.ModelName === undefined) throw notImplementedHere(`variant "${variant.VariantName}" without ModelName`)
  getModel(engine, variant.ModelName)
  if ((variant.InitialInstanceCount ?? 1) < 1) throw validationError('InitialInstanceCount must be at least 1')
  if ((variant.InitialVariantWeight ?? 1) < 0) throw validationError('InitialVariantWeight must not be negative')
}
