import { defineCommand } from '../../command.ts'
import { integer } from '../../option-values.ts'
import { formatTable } from '../../terminal/table.ts'

interface Options {
  readonly limit: number
}

export const list = defineCommand<Options>({
  name: 'list',
  summary: 'list trainings, the newest first',
  options: [{ flags: '--limit <n>', description: 'how many at most', default: 20, parse: integer('--limit', 1, 100) }],
  examples: [['train list', 'the last twenty, those of tuning jobs included']],
  run: async (context, options) => {
    const { DescribeTrainingJobCommand, ListTrainingJobsCommand } = await import('@aws-sdk/client-sagemaker')
    const { shortName } = await import('../../training/names.ts')
    const account = await context.account()
    const sagemaker = await account.clients.sagemaker()
    const page = await sagemaker.send(
      new ListTrainingJobsCommand({ SortBy: 'CreationTime', SortOrder: 'Descending', MaxResults: options.limit }),
    )
    const jobs = await Promise.all(
      (page.TrainingJobSummaries ?? []).map(({ TrainingJobName }) =>
        sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName })),
      ),
    )
    const trainings = jobs.map((job) => ({
      name: shortName(job.TrainingJobName ?? ''),
      trainingJob: job.TrainingJobName,
      status: job.TrainingJobStatus,
      secondaryStatus: job.SecondaryStatus,
      created: job.CreationTime?.toISOString() ?? '',
      map50: job.FinalMetricDataList?.find(({ MetricName }) => MetricName === 'val_map50')?.Value ?? null,
      tuningJob: job.TuningJobArn?.split('/').at(-1) ?? null,
    }))
    return {
      value: { trainings },
      text: formatTable(
        ['training', 'status', 'map50', 'created'],
        trainings.map(({ name, status = '', map50, created }) => [
          name,
          status,
          map50 === null ? '' : `${(map50 * 100).toFixed(1)} %`,
          created,
        ]),
      ),
    }
  },
})
