import { SkyloopError } from '../../core/errors.ts'
import type { CreateLabelingJobRequest } from '@aws-sdk/client-sagemaker'

/** What a worker of the public workforce may be paid for one bounding-box task, US dollars. @source API reference of PublicWorkforceTaskPrice */
const TASK_PRICES_USD = [0.036, 0.048, 0.06, 0.072, 0.12, 0.24, 0.36, 0.48, 0.6, 0.72, 0.84, 0.96, 1.08, 1.2] as const

/**
 * What Ground Truth takes for each object in a month, US dollars: up to so many, each at this price.
 *
 * @source aws.amazon.com/sagemaker/groundtruth/pricing; an account's own price may differ
 */
const OBJECT_FEES = [
  { upTo: 50_000, usd: 0.08 },
  { upTo: 1_000_000, usd: 0.04 },
  { upTo: Number.POSITIVE_INFINITY, usd: 0.02 },
] as const

export type TaskPrice = NonNullable<CreateLabelingJobRequest['HumanTaskConfig']>['PublicWorkforceTaskPrice']

/**
 * A price as the API wants it: 0.072 is no dollars, 7 cents and 2 tenths of a cent.
 *
 * @throws SkyloopError `label.price` for one that is not offered
 */
export function taskPrice(usd: number): NonNullable<TaskPrice> {
  if (!TASK_PRICES_USD.some((offered) => offered === usd)) {
    throw new SkyloopError({
      code: 'label.price',
      message: `a bounding-box task cannot be paid ${usd} US dollars; it can be paid ${TASK_PRICES_USD.join(', ')}`,
    })
  }
  const tenths = Math.round(usd * 1000)
  return {
    AmountInUsd: {
      Dollars: Math.floor(tenths / 1000),
      Cents: Math.floor((tenths % 1000) / 10),
      TenthFractionsOfACent: tenths % 10,
    },
  }
}

export interface PriceEstimate {
  readonly objects: number
  readonly tasks: number
  readonly workersUsd: number
  readonly groundTruthUsd: number
  readonly totalUsd: number
}

/**
 * What a job on AWS will cost, before it runs.
 *
 * @param perTaskUsd paid to each worker for each object; 0 for people of one's own
 */
export function estimatePrice(objects: number, workersPerObject: number, perTaskUsd: number): PriceEstimate {
  const tasks = objects * workersPerObject
  let groundTruthUsd = 0
  let counted = 0
  for (const { upTo, usd } of OBJECT_FEES) {
    const here = Math.min(objects, upTo) - counted
    if (here <= 0) break
    groundTruthUsd += here * usd
    counted += here
  }
  const inCents = (value: number): number => Math.round(value * 100) / 100
  const workersUsd = inCents(tasks * perTaskUsd)
  return {
    objects,
    tasks,
    workersUsd,
    groundTruthUsd: inCents(groundTruthUsd),
    totalUsd: inCents(workersUsd + groundTruthUsd),
  }
}
