import { TrainingInstanceType } from '@aws-sdk/client-sagemaker'
import { parseSettings } from '../../yolo/train/settings/settings.ts'
import type { Account } from '../account.ts'
import type { Context } from '../command.ts'
import { UsageError } from '../failure.ts'
import type { TrainingPlan } from './job-requests.ts'
import { startWeights } from './start-weights.ts'
import { trainingData } from './training-data.ts'

/** What `train run` and `train tune` ask alike. */
export interface TrainingChoices {
  readonly set?: Readonly<Record<string, string>>
  readonly epochs?: string
  readonly imgsz?: string
  readonly tile: string
  readonly valFraction: number
  readonly weights: string
  readonly instanceType: string
  readonly processingInstanceType: string
  readonly maxHours: number
  readonly spot?: boolean
}

/**
 * The hyperparameters that are chosen on the command line.
 *
 * @throws UsageError `cli.option` for a name given twice; ProblemsError `yolo.train.settings` for what training refuses
 */
export function chosenHyperparameters({ set = {}, epochs, imgsz }: TrainingChoices): Record<string, string> {
  const flags = Object.entries({ epochs, imgsz }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  )
  const twice = flags.map(([name]) => name as string).filter((name) => name in set)
  if (twice.length > 0) {
    throw new UsageError({ code: 'cli.option', message: `given twice: --${twice[0]} and --set ${twice[0]}=...` })
  }
  const chosen = { ...set, ...(Object.fromEntries(flags) as Record<string, string>) }
  parseSettings(chosen)
  return chosen
}

/** Puts data and weights where jobs can read them, and says what a training is made of. */
export async function planTraining(
  context: Context,
  account: Account,
  data: string,
  choices: TrainingChoices,
): Promise<TrainingPlan> {
  const hyperparameters = chosenHyperparameters(choices)
  const instanceType = Object.values(TrainingInstanceType).find((type) => type === choices.instanceType)
  if (instanceType === undefined) {
    throw new UsageError({
      code: 'cli.option',
      message: `--instance-type "${choices.instanceType}" is not an instance type for training`,
      hint: 'for example ml.g4dn.xlarge, ml.c7i.2xlarge',
    })
  }
  const weights = await startWeights(context, account, choices.weights)
  const dataset = await trainingData(context, account, data, {
    tile: choices.tile,
    imgsz: parseSettings(hyperparameters).imgsz,
    valFraction: choices.valFraction,
    processingInstance: choices.processingInstanceType,
  })
  return {
    dataset,
    weights: weights.uri,
    hyperparameters: { ...hyperparameters, ...(weights.word === undefined ? {} : { weights: weights.word }) },
    instanceType,
    maxHours: choices.maxHours,
    spot: choices.spot === true,
  }
}
