import { join, resolve } from 'node:path'
import { systemIds } from '../../../core/ids.ts'
import { SkyloopError } from '../../../core/errors.ts'
import { isObject, readJson } from '../../../core/json.ts'
import { defineCommand } from '../../command.ts'
import { formatFacts } from '../../terminal/table.ts'

interface Options {
  readonly out?: string
  readonly processingInstanceType: string
}

export const evaluate = defineCommand<Options>({
  name: 'evaluate',
  summary: 'score a trained model on whole frames, with a report to look at',
  description:
    'Predicts the validation frames as production would, tile by tile, and computes COCO metrics: by class, by object\n' +
    'size, by altitude where it is known. The report shows frames with true and found boxes.',
  arguments: [['<name>', 'the training, as `train list` shows it']],
  options: [
    { flags: '--out <folder>', description: 'where the report is copied to (default: runs/<name>/evaluation)' },
    { flags: '--processing-instance-type <type>', description: 'machine to evaluate on', default: 'ml.m5.xlarge' },
  ],
  examples: [['train evaluate flights-k3f9a2', 'runs/flights-k3f9a2/evaluation/report.html']],
  run: async (context, options, [given = '']) => {
    const { jobNameOf, shortName } = await import('../../training/names.ts')
    const { describeTraining } = await import('../../training/watch-training.ts')
    const { evaluateJob, evaluationUri } = await import('../../training/job-requests.ts')
    const { processed } = await import('../../training/processing-jobs.ts')
    const { downloadPrefix } = await import('../../../data/s3/download-prefix.ts')
    const account = await context.account()
    const job = jobNameOf(given)
    const training = await describeTraining(await account.clients.sagemaker(), job)
    const modelUri = training.ModelArtifacts?.S3ModelArtifacts
    const dataset = training.InputDataConfig?.find(({ ChannelName }) => ChannelName === 'dataset')?.DataSource
      ?.S3DataSource?.S3Uri
    if (modelUri === undefined || dataset === undefined) {
      throw new SkyloopError({
        code: 'cli.train-evaluate',
        message: `the training ${shortName(job)} has ${modelUri === undefined ? 'no model' : 'no channel "dataset"'}`,
        hint: `see \`skyloop train status ${shortName(job)}\``,
      })
    }
    // A job's name is used once.
    const name = `experiment-evaluate-${shortName(job).slice(0, 36).replace(/-+$/, '')}-${systemIds.short(6)}`
    const request = evaluateJob(account, name, { job, modelUri, dataset }, options.processingInstanceType)
    await processed(context, account, request, `evaluating ${shortName(job)}`)
    const folder = resolve(context.environment.workingFolder, options.out ?? `runs/${shortName(job)}/evaluation`)
    await downloadPrefix(await account.clients.s3(), evaluationUri(account, job), folder)
    const evaluation = await readJson(join(folder, 'evaluation.json'))
    return {
      value: { name: shortName(job), uri: evaluationUri(account, job), folder, evaluation },
      text: formatFacts({ ...metricsText(evaluation), report: join(folder, 'report.html') }),
    }
  },
})

/** What the set can tell; a number that it cannot is not there. */
function metricsText(evaluation: unknown): Record<string, string | undefined> {
  const metrics = isObject(evaluation) ? evaluation['detection_metrics'] : undefined
  const percent = (name: string): string | undefined => {
    const metric = isObject(metrics) ? metrics[name] : undefined
    const value = isObject(metric) ? metric['value'] : undefined
    return typeof value === 'number' ? `${(value * 100).toFixed(1)} %` : undefined
  }
  return {
    mAP50: percent('map50'),
    'mAP50-95': percent('map50_95'),
    precision: percent('precision'),
    recall: percent('recall'),
    'small objects': percent('map_small'),
    'medium objects': percent('map_medium'),
    'large objects': percent('map_large'),
  }
}
