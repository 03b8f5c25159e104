import { skyloopImageUri } from '../../../config/names.ts'
import { SkyloopError } from '../../../core/errors.ts'
import { joinS3, parseS3Uri } from '../../../core/s3-uri.ts'
import type { Account } from '../../account.ts'
import { defineCommand } from '../../command.ts'
import { formatFacts } from '../../terminal/table.ts'
import { groupOption, type GroupOptions } from './group-option.ts'

export const register = defineCommand<GroupOptions>({
  name: 'register',
  summary: 'register the model of a training as a version that waits for approval',
  description:
    'The version has the metrics of `train evaluate` where that was done, and the hyperparameters that it was trained\n' +
    'with. Experiments may not register their own models: it takes an ML Engineer.',
  arguments: [['<training>', 'as `train list` shows it']],
  options: [groupOption],
  examples: [['model register flights-k3f9a2 --role ml-engineer', 'then `model approve`, `endpoint deploy`']],
  run: async (context, options, [given = '']) => {
    const { jobNameOf, shortName } = await import('../../training/names.ts')
    const { describeTraining } = await import('../../training/watch-training.ts')
    const { registerModel } = await import('../../../registry/register.ts')
    const account = await context.account()
    const sagemaker = await account.clients.sagemaker()
    const training = await describeTraining(sagemaker, jobNameOf(given))
    const name = shortName(training.TrainingJobName ?? '')
    const modelDataUrl = training.ModelArtifacts?.S3ModelArtifacts
    if (modelDataUrl === undefined) {
      throw new SkyloopError({
        code: 'cli.model-register',
        message: `the training ${name} has no model`,
        hint: `see \`skyloop train status ${name}\``,
      })
    }
    const evaluationUri = await findEvaluation(account, training.TrainingJobName ?? '')
    const arn = await registerModel(sagemaker, {
      group: options.group ?? account.names.modelPackageGroup,
      modelDataUrl,
      imageUri: training.AlgorithmSpecification?.TrainingImage ?? skyloopImageUri(account.accountId, account.region),
      evaluationUri,
      description: `YOLO11 detector from training ${name}`,
      generatedBy: training.TrainingJobArn as string,
      metadata: metadataOf(training.HyperParameters ?? {}, training.TrainingJobName ?? ''),
    })
    return {
      value: { arn, training: name, modelDataUrl, evaluationUri: evaluationUri ?? null },
      text: formatFacts({
        package: arn,
        approval: 'PendingManualApproval',
        'model data': modelDataUrl,
        evaluation: evaluationUri,
      }),
    }
  },
})

/** `evaluation.json` of `train evaluate`; undefined when that was not done. */
async function findEvaluation(account: Account, job: string): Promise<string | undefined> {
  const { HeadObjectCommand } = await import('@aws-sdk/client-s3')
  const { evaluationUri } = await import('../../training/job-requests.ts')
  const uri = joinS3(evaluationUri(account, job), 'evaluation.json')
  const { bucket, key } = parseS3Uri(uri)
  try {
    await (await account.clients.s3()).send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
    return uri
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFound') return undefined
    throw error
  }
}

/** At most 50 properties of at most 256 characters, says SageMaker. */
function metadataOf(hyperparameters: Readonly<Record<string, string>>, trainingJob: string): Record<string, string> {
  const told = Object.entries(hyperparameters).filter(([name]) => !name.startsWith('_'))
  return Object.fromEntries([
    ['trainingJob', trainingJob],
    ...told.slice(0, 49).map(([name, value]) => [name, value.slice(0, 256)]),
  ]) as Record<string, string>
}
