import { defineCommand } from '../../command.ts'
import { EXIT } from '../../failure.ts'

export const status = defineCommand({
  name: 'status',
  summary: 'show how a training stands',
  description: 'Shows a training, or a tuning job with its trainings. Exit code 1 when it has failed.',
  arguments: [['<name>', 'as `train list` or `train tune` shows it']],
  examples: [['train status flights-k3f9a2', 'its phase, progress and metrics so far']],
  run: async (context, _options, [given = '']) => {
    const { jobNameOf } = await import('../../training/names.ts')
    const { describeTraining, isOver, progressOf } = await import('../../training/watch-training.ts')
    const { trainingText, trainingValue } = await import('../../training/training-report.ts')
    const { findTuning, tuningText, tuningValue } = await import('../../training/tuning-report.ts')
    const account = await context.account()
    const sagemaker = await account.clients.sagemaker()
    const tuning = await findTuning(sagemaker, jobNameOf(given))
    if (tuning) {
      const hasFailed = tuning.job.HyperParameterTuningJobStatus === 'Failed'
      return { value: tuningValue(tuning), text: tuningText(tuning), exitCode: hasFailed ? EXIT.user : EXIT.ok }
    }
    const job = await describeTraining(sagemaker, jobNameOf(given))
    const progress = isOver(job.TrainingJobStatus) ? undefined : await progressOf(account, job)
    return {
      value: { ...trainingValue(job, undefined), progress: progress?.detail ?? null },
      text: trainingText(job, undefined) + (progress ? `\nnow  ${progress.detail}` : ''),
      exitCode: job.TrainingJobStatus === 'Failed' ? EXIT.user : EXIT.ok,
    }
  },
})
