import { resolve } from 'node:path'
import { systemIds } from '../../../core/ids.ts'
import { defineCommand } from '../../command.ts'
import { EXIT, UsageError } from '../../failure.ts'
import { decimal, integer } from '../../option-values.ts'
import { formatFacts } from '../../terminal/table.ts'
import type { TrainingChoices } from '../../training/plan-training.ts'
import type { TuningChoices } from '../../training/tuning-request.ts'
import { TRAINING_OPTIONS } from './training-options.ts'

/** Trainings of a search that is not told how many. */
const DEFAULT_JOBS = 10

/** Metrics that training prints and that say how good a model is. */
const OBJECTIVES = ['val_map50', 'val_map50_95', 'train_loss'] as const

interface Options extends TrainingChoices, Pick<TuningChoices, 'strategy' | 'parallel' | 'target' | 'seed'> {
  readonly tune?: readonly string[]
  readonly jobs?: number
  readonly earlyStop?: boolean
  readonly objective: string
  readonly name?: string
  readonly detach?: boolean
  readonly out?: string
}

export const tune = defineCommand<Options>({
  name: 'tune',
  summary: 'search the hyperparameters that train best',
  description:
    'Prepares the data as `train run` does and starts a tuning job: trainings with hyperparameters from the ranges given,\n' +
    'chosen by what the earlier ones have reached. The best model and the line that trains with its hyperparameters are\n' +
    'the result. Ctrl-C stops the tuning job; what has been reached is kept.',
  arguments: [['<data>', 'folder or S3 prefix in the YOLO layout, or a prepared data set']],
  options: [
    {
      flags: '--tune <range>',
      description: 'what to try, as often as wanted: lr0=1e-4..1e-2:log (lin, log or revlog), batch=4,8',
      parse: (text, previous) => [...((previous as string[] | undefined) ?? []), text],
    },
    {
      flags: '--strategy <strategy>',
      description: 'how to search; grid tries every combination of choices',
      choices: ['bayesian', 'random', 'grid'],
      default: 'bayesian',
    },
    {
      flags: '--jobs <n>',
      description: `trainings at most (default: ${DEFAULT_JOBS})`,
      parse: integer('--jobs', 1, 750),
    },
    {
      flags: '--parallel <n>',
      description: 'trainings at a time; the local engine runs one at a time',
      default: 1,
      parse: integer('--parallel', 1, 100),
    },
    { flags: '--early-stop', description: 'stop a training that does worse than the median of those before' },
    {
      flags: '--objective <metric>',
      description: 'what is best; losses are minimised',
      choices: OBJECTIVES,
      default: 'val_map50',
    },
    { flags: '--target <value>', description: 'good enough: no more trainings', parse: decimal('--target', 0, 1000) },
    {
      flags: '--seed <n>',
      description: 'the same seed searches the same way',
      parse: integer('--seed', 0, 2 ** 31 - 1),
    },
    { flags: '--name <name>', description: 'name of the tuning job, at most 21 characters (default: after the data)' },
    ...TRAINING_OPTIONS,
    { flags: '--detach', description: 'do not wait; see `train status`' },
    { flags: '--out <folder>', description: 'where the best model is copied to (default: runs/<name>)' },
  ],
  examples: [
    ['train tune ./flights --tune lr0=1e-4..1e-2:log --tune batch=4,8', 'ten trainings, Bayesian search'],
    ['train tune ./flights --strategy grid --tune optimizer=adamw,sgd --tune mosaic=0,0.5', 'all four combinations'],
  ],
  run: async (context, options, [data = '']) => {
    const { experimentName, shortName } = await import('../../training/names.ts')
    const { chosenHyperparameters, planTraining } = await import('../../training/plan-training.ts')
    const { mostTrials, tuningJob } = await import('../../training/tuning-request.ts')
    const { watchTuning } = await import('../../training/watch-tuning.ts')
    const { tuningText, tuningValue } = await import('../../training/tuning-report.ts')
    const choices = await readChoices(options)
    const name = experimentName('tuning', options.name, data, systemIds.short(6))
    checkOverlap(choices, chosenHyperparameters(options))
    const { CreateHyperParameterTuningJobCommand } = await import('@aws-sdk/client-sagemaker')
    const account = await context.account()
    const sagemaker = await account.clients.sagemaker()
    const plan = await planTraining(context, account, data, options)
    await sagemaker.send(new CreateHyperParameterTuningJobCommand(tuningJob(account, name, plan, choices)))
    if (options.detach) {
      return {
        value: { name: shortName(name), tuningJob: name },
        text: `${formatFacts({ tuning: shortName(name) })}\n\nsee: skyloop train status ${shortName(name)}`,
      }
    }
    const tuning = await watchTuning(account, name, mostTrials(choices), context.report, context.signal)
    const best = tuning.job.BestTrainingJob?.TrainingJobName
    const folder = resolve(context.environment.workingFolder, options.out ?? `runs/${shortName(name)}`)
    const files = best === undefined ? undefined : await fetchBest(best, folder)
    const text = tuningText(tuning, trainLine(data, options, tuning.job.BestTrainingJob?.TunedHyperParameters ?? {}))
    return {
      value: { ...tuningValue(tuning), folder: files?.folder ?? null, files: files?.files ?? [] },
      text: files ? `${text}\n\n${formatFacts({ 'best model': `${files.folder}: ${files.files.join(', ')}` })}` : text,
      exitCode: tuning.job.HyperParameterTuningJobStatus === 'Completed' ? EXIT.ok : EXIT.user,
    }

    async function fetchBest(job: string, into: string) {
      const { describeTraining } = await import('../../training/watch-training.ts')
      const { fetchResults } = await import('../../training/fetch-results.ts')
      const uri = (await describeTraining(sagemaker, job)).ModelArtifacts?.S3ModelArtifacts
      return uri === undefined ? undefined : fetchResults(await account.clients.s3(), uri, into)
    }
  },
})

/** `skyloop train run` with everything that the trials had, and the hyperparameters found. */
function trainLine(data: string, options: Options, found: Readonly<Record<string, string>>): string {
  const flags = [
    ...(options.epochs === undefined ? [] : [`--epochs ${options.epochs}`]),
    ...(options.imgsz === undefined ? [] : [`--imgsz ${options.imgsz}`]),
    ...(options.tile === '640' ? [] : [`--tile ${options.tile}`]),
    ...(options.valFraction === 0.2 ? [] : [`--val-fraction ${options.valFraction}`]),
    ...(options.weights === 'base' ? [] : [`--weights ${options.weights}`]),
    ...Object.entries({ ...options.set, ...found }).map(([name, value]) => `--set ${name}=${value}`),
  ]
  return ['skyloop train run', data, ...flags].join(' ')
}

async function readChoices(options: Options): Promise<TuningChoices> {
  const { readTuningRange } = await import('../../training/tuning-ranges.ts')
  if (!options.tune?.length) {
    throw new UsageError({
      code: 'cli.option',
      message: 'there is nothing to tune',
      hint: 'for example --tune lr0=1e-4..1e-2:log --tune batch=4,8',
    })
  }
  const ranges = options.tune.map(readTuningRange)
  if (options.strategy === 'grid' && ranges.some((range) => !('values' in range))) {
    throw new UsageError({ code: 'cli.option', message: '--strategy grid needs lists such as --tune batch=4,8' })
  }
  if (options.strategy === 'grid' && options.jobs !== undefined) {
    throw new UsageError({ code: 'cli.option', message: '--strategy grid tries every combination: leave out --jobs' })
  }
  const jobs = options.strategy === 'grid' ? undefined : (options.jobs ?? DEFAULT_JOBS)
  return {
    ranges,
    strategy: options.strategy,
    jobs,
    parallel: Math.min(options.parallel, jobs ?? options.parallel),
    earlyStop: options.earlyStop === true,
    objective: options.objective,
    target: options.target,
    seed: options.seed,
  }
}

function checkOverlap({ ranges }: TuningChoices, chosen: Readonly<Record<string, string>>): void {
  const names = ranges.map(({ name }) => name)
  const twice = names.find((name, i) => name in chosen || names.indexOf(name) < i)
  if (twice !== undefined) {
    throw new UsageError({ code: 'cli.option', message: `${twice} is given twice: tuned and set, or tuned twice` })
  }
  // The size of the input decides how the data is prepared, which happens once.
  if (names.includes('imgsz')) {
    throw new UsageError({ code: 'cli.option', message: 'imgsz cannot be tuned: the data is prepared for one size' })
  }
}
