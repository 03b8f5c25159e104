import { createHash } from 'node:crypto'
import { canonicalJson } from '../../../../core/json.ts'
import type { Engine } from '../../../engine.ts'
import type { Step } from '../pipeline/definition.ts'
import { durationMs } from '../pipeline/duration.ts'
import type { StepExecutor } from './step-executor.ts'

/** The newest success of a step with certain arguments. */
export interface CachedResult {
  readonly executionArn: string
  readonly resource: string
  readonly endedAt: Date
}

function cache(engine: Engine) {
  return engine.store.collection<CachedResult>('sagemaker.pipeline-step-cache')
}

/**
 * Under what a result is remembered: pipeline, step, type and the arguments that count. S3 URIs count as text, not by
 * their content, as at AWS.
 *
 * @returns undefined when the step does not cache
 */
export function cacheKey(
  pipelineName: string,
  step: Step,
  executor: StepExecutor,
  args: Readonly<Record<string, unknown>>,
): string | undefined {
  if (!step.CacheConfig?.Enabled || !executor.cacheKeys) return undefined
  const counting = Object.fromEntries(executor.cacheKeys.map((name) => [name, args[name]]))
  const hash = createHash('sha256').update(canonicalJson(counting)).digest('hex')
  return `${pipelineName}/${step.Name}/${step.Type}/${hash}`
}

/** @returns undefined when there is none, or it has expired */
export function findCached(engine: Engine, key: string, expireAfter: string | undefined): CachedResult | undefined {
  const found = cache(engine).get(key)
  const ageLimit = expireAfter === undefined ? Infinity : (durationMs(expireAfter) ?? 0)
  return found && engine.clock.now().getTime() - found.endedAt.getTime() < ageLimit ? found : undefined
}

export function rememberResult(engine: Engine, key: string, result: CachedResult): void {
  cache(engine).put(key, result)
}

/** Forgets the results of a deleted pipeline. */
export function forgetResults(engine: Engine, pipelineName: string): void {
  for (const { id } of cache(engine).list(`${pipelineName}/`)) cache(engine).delete(id)
}
