import { setTimeout as delay } from 'node:timers/promises'
import type { EndpointConfigRecord } from '../endpoint-config/record.ts'
import type { Workers } from '../workers.ts'
import { startCapture } from './capture.ts'
import type { Capture } from './capture.ts'
import { createInvocationMeter } from './invocation-meter.ts'
import type { InvocationMeter } from './invocation-meter.ts'
import { startVariant } from './live-variant.ts'
import type { LiveVariant } from './live-variant.ts'
import type { VariantState } from './record.ts'

/** Longest wait for answers under way before old processes are ended. */
const DRAIN_MS = 60_000

/** One variant as traffic sees it. */
export interface TrafficVariant {
  readonly live: LiveVariant
  readonly capture: Capture | undefined
  weight: number
  /** Of the smooth weighted round robin. */
  current: number
  /** Answers under way. */
  inFlight: number
}

/** All variants of one configuration, up and healthy. */
export interface Deployment {
  readonly endpointName: string
  readonly configName: string
  readonly variants: readonly TrafficVariant[]
  readonly meter: InvocationMeter
  /** Lets answers under way end, writes captured data, ends the processes. */
  stop(): Promise<void>
}

/** What a configuration says about its variants. */
export function variantStates(config: EndpointConfigRecord): VariantState[] {
  return config.request.ProductionVariants.map((variant) => ({
    name: variant.VariantName,
    weight: variant.InitialVariantWeight ?? 1,
    instances: variant.InitialInstanceCount ?? 1,
  }))
}

/** Brings up every variant, or none. @throws JobFailure naming the variant that did not come up */
export async function startDeployment(
  workers: Workers,
  endpointName: string,
  config: EndpointConfigRecord,
  states: readonly VariantState[],
  signal: AbortSignal,
): Promise<Deployment> {
  const { engine } = workers
  const started = await Promise.allSettled(
    config.request.ProductionVariants.map((request) => {
      const state = states.find(({ name }) => name === request.VariantName)
      return startVariant(workers, endpointName, request, state?.instances ?? 1, signal)
    }),
  )
  const up = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const failure = started.find((each) => each.status === 'rejected')
  if (failure) {
    await Promise.all(up.map((live) => live.stop()))
    throw failure.reason
  }
  const group = `/aws/sagemaker/Endpoints/${endpointName}`
  const captureConfig = config.request.DataCaptureConfig
  const variants = up.map((live): TrafficVariant => ({
    live,
    weight: states.find(({ name }) => name === live.name)?.weight ?? 1,
    current: 0,
    inFlight: 0,
    capture:
      captureConfig &&
      startCapture({
        engine,
        config: captureConfig,
        endpointName,
        variantName: live.name,
        role: live.role,
        scratchDir: live.scratchDir,
        onProblem: (message) =>
          engine.logs.append(group, live.logStream, [{ timeMs: engine.clock.now().getTime(), message }]),
      }),
  }))
  const meter = createInvocationMeter(engine, endpointName)
  return {
    endpointName,
    configName: config.name,
    variants,
    meter,
    stop: async () => {
      const deadlineMs = Date.now() + DRAIN_MS
      while (variants.some(({ inFlight }) => inFlight > 0) && Date.now() < deadlineMs) await delay(20)
      await Promise.all(variants.map(async ({ capture }) => capture?.close()))
      meter.close()
      await Promise.all(variants.map(({ live }) => live.stop()))
    },
  }
}

/** The variant whose turn it is, in proportion to the weights. @returns undefined when all weights are zero */
export function nextVariant(variants: readonly TrafficVariant[]): TrafficVariant | undefined {
  const total = variants.reduce((sum, { weight }) => sum + weight, 0)
  if (total <= 0) return undefined
  let best: TrafficVariant | undefined
  for (const variant of variants) {
    if (variant.weight <= 0) continue
    variant.current += variant.weight
    if (!best || variant.current > best.current) best = variant
  }
  if (best) best.current -= total
  return best
}
