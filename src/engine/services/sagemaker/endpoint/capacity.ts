import { resourceLimitExceeded } from '../errors.ts'
import type { Workers } from '../workers.ts'
import type { VariantState } from './record.ts'

/** Serving processes per core that one endpoint may have. */
const INSTANCES_PER_CORE = 4

/** @throws ResourceLimitExceeded when the variants ask for more processes than the host can bear */
export function checkCapacity({ host }: Workers, variants: readonly VariantState[]): void {
  const wanted = variants.reduce((sum, { instances }) => sum + instances, 0)
  const limit = host.cores * INSTANCES_PER_CORE
  if (wanted > limit) {
    throw resourceLimitExceeded(
      `the endpoint asks for ${wanted} instances; this host of ${host.cores} cores has ${limit}`,
    )
  }
}
