import { defineCommand } from '../../command.ts'
import { integer } from '../../option-values.ts'
import { formatTable } from '../../terminal/table.ts'

interface Options {
  readonly limit: number
}

export const list = defineCommand<Options>({
  name: 'list',
  summary: 'list labelling jobs, the newest first',
  options: [{ flags: '--limit <n>', description: 'how many at most', default: 20, parse: integer('--limit', 1, 100) }],
  examples: [['label list', 'the last twenty']],
  run: async (context, options) => {
    const { ListLabelingJobsCommand } = await import('@aws-sdk/client-sagemaker')
    const { countsOf } = await import('../../../label/job/describe-job.ts')
    const { clients } = await context.account()
    const page = await (await clients.sagemaker()).send(new ListLabelingJobsCommand({ MaxResults: options.limit }))
    const jobs = (page.LabelingJobSummaryList ?? []).map((job) => ({
      name: job.LabelingJobName ?? '',
      status: job.LabelingJobStatus ?? '',
      ...countsOf(job.LabelCounters),
      team: job.WorkteamArn?.split('/').at(-1) ?? '',
      created: job.CreationTime?.toISOString() ?? '',
    }))
    return {
      value: { jobs },
      text: formatTable(
        ['job', 'status', 'labelled', 'failed', 'left', 'team', 'created'],
        jobs.map(({ name, status, labeled, failed, unlabeled, team, created }) => [
          name,
          status,
          String(labeled),
          String(failed),
          String(unlabeled),
          team,
          created,
        ]),
      ),
    }
  },
})
