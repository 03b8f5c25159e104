import type { HyperParameterTuningJobStrategyType } from '@aws-sdk/client-sagemaker'
import { suggestBayesian } from './bayesian.ts'
import { suggestGrid } from './grid.ts'
import { suggestRandom } from './random.ts'
import type { Suggest } from './suggestion.ts'

/** How each strategy chooses; Hyperband is refused before it gets here. */
export const STRATEGIES: Readonly<Record<Exclude<HyperParameterTuningJobStrategyType, 'Hyperband'>, Suggest>> = {
  Random: suggestRandom,
  Grid: suggestGrid,
  Bayesian: suggestBayesian,
}
