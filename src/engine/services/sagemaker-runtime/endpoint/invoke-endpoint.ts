import type { InvokeEndpointInput, InvokeEndpointOutput } from '@aws-sdk/client-sagemaker-runtime'
import { AwsError, validationError } from '../../../wire/aws-error.ts'
import { operation } from '../../../wire/operation.ts'
import type { Engine } from '../../../engine.ts'
import { nextVariant } from '../../sagemaker/endpoint/deployment.ts'
import type { Deployment, TrafficVariant } from '../../sagemaker/endpoint/deployment.ts'
import { fleetOf } from '../../sagemaker/endpoint/fleet.ts'
import { endpointArn, endpoints } from '../../sagemaker/endpoint/record.ts'
import type { Checked } from '../../sagemaker/checked.ts'
import { notImplementedHere } from '../../sagemaker/errors.ts'
import { askContainer } from './ask-container.ts'
import type { ContainerAnswer } from './ask-container.ts'

type Input = Checked<InvokeEndpointInput>

/** Largest body that SageMaker passes on, in bytes. */
const BODY_LIMIT = 6_291_456
/** How long a call waits for an endpoint that is coming back after a restart of the engine. */
const COMING_BACK_MS = 60_000

/**
 * InvokeEndpoint: passes the body to a process of the variant whose turn it is, and captures the call if asked to.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
 * @throws ValidationError for an endpoint that is not in service; ModelError (424) when the container answers with an error
 */
export const invokeEndpoint = operation<Input, InvokeEndpointOutput>({
  permissions: (input, { engine }) => [
    {
      action: 'sagemaker:InvokeEndpoint',
      resource: endpointArn(engine, input.EndpointName),
      ...(input.TargetModel === undefined ? {} : { context: { 'sagemaker:TargetModel': input.TargetModel } }),
    },
  ],
  handle: async (input, { engine }) => {
    refuseUnimplemented(input)
    if (input.Body.length > BODY_LIMIT) {
      throw validationError(`The body has ${input.Body.length} bytes; at most ${BODY_LIMIT} are allowed`)
    }
    const deployment = await deploymentOf(engine, input.EndpointName)
    const variant = pickVariant(deployment, input)
    const time = engine.clock.now()
    const startedNs = process.hrtime.bigint()
    variant.inFlight++
    let answer: ContainerAnswer
    try {
      answer = await ask(variant, input)
    } catch (error) {
      deployment.meter.count(variant.live.name, 500, microseconds(startedNs))
      throw error
    } finally {
      variant.inFlight--
    }
    deployment.meter.count(variant.live.name, answer.status, microseconds(startedNs))
    if (answer.status < 200 || answer.status >= 300) throw modelError(engine, input, variant, answer)
    variant.capture?.take({
      time,
      eventId: engine.ids.uuid(),
      inferenceId: input.InferenceId,
      input: { contentType: input.ContentType ?? 'application/octet-stream', body: input.Body },
      output: { contentType: answer.contentType, body: answer.body },
    })
    return {
      Body: answer.body,
      ContentType: answer.contentType,
      InvokedProductionVariant: variant.live.name,
      CustomAttributes: answer.customAttributes,
    }
  },
})

function refuseUnimplemented(input: Input): void {
  if (input.TargetModel !== undefined) throw notImplementedHere('TargetModel')
  if (input.TargetContainerHostname !== undefined) throw notImplementedHere('TargetContainerHostname')
  if (input.InferenceComponentName !== undefined) throw notImplementedHere('InferenceComponentName')
  if (input.SessionId !== undefined) throw notImplementedHere('SessionId')
}

async function deploymentOf(engine: Engine, name: string): Promise<Deployment> {
  const status = endpoints(engine).get(name)?.status
  if (status === undefined) {
    throw validationError(`Endpoint ${name} of account ${engine.accountId} not found.`)
  }
  const fleet = fleetOf(engine)
  const isComingBack = ['SystemUpdating', 'Updating', 'RollingBack'].includes(status)
  const deployment = fleet.get(name) ?? (isComingBack ? await fleet.waitFor(name, COMING_BACK_MS) : undefined)
  if (deployment) return deployment
  throw validationError(`Endpoint ${name} of account ${engine.accountId} is ${status}; it takes no traffic.`)
}

function pickVariant(deployment: Deployment, input: Input): TrafficVariant {
  const { TargetVariant, EndpointName } = input
  if (TargetVariant !== undefined) {
    const found = deployment.variants.find(({ live }) => live.name === TargetVariant)
    if (found) return found
    throw validationError(`Variant ${TargetVariant} not found for Request`)
  }
  const variant = nextVariant(deployment.variants)
  if (!variant) throw validationError(`No variant of endpoint ${EndpointName} takes traffic: all weights are 0.`)
  return variant
}

/** Asks the healthy processes of a variant in turn. */
async function ask(variant: TrafficVariant, input: Input): Promise<ContainerAnswer> {
  const { replicas } = variant.live
  const first = variant.inFlight % Math.max(1, replicas.length)
  const inTurn = [...replicas.slice(first), ...replicas.slice(0, first)]
  for (const replica of inTurn) {
    const address = replica.address()
    if (!address) continue
    const answer = await askContainer(address, input)
    if (answer) return answer
  }
  throw new AwsError('ServiceUnavailable', 503, `No process of variant ${variant.live.name} is healthy.`)
}

function modelError(engine: Engine, input: Input, variant: TrafficVariant, answer: ContainerAnswer): AwsError {
  const said = Buffer.from(answer.body).toString('utf8').slice(0, 4096)
  const whose = answer.status < 500 ? 'client' : 'server'
  const group = `/aws/sagemaker/Endpoints/${input.EndpointName}`
  return new AwsError(
    'ModelError',
    424,
    `Received ${whose} error (${answer.status}) from primary with message "${said}". See ${group} for more information.`,
    {
      OriginalStatusCode: answer.status,
      OriginalMessage: said,
      LogStreamArn: `arn:aws:logs:${engine.region}:${engine.accountId}:log-group:${group}:log-stream:${variant.live.logStream}`,
    },
  )
}

function microseconds(startedNs: bigint): number {
  return Number((process.hrtime.bigint() - startedNs) / 1000n)
}
