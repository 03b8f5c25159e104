import { join } from 'node:path'
import type { Principal } from '../../../auth/principal.ts'
import { joinInside } from '../../../../core/files.ts'
import { unpackTarGz } from '../../../runner/archive.ts'
import type { Image } from '../../../runner/images.ts'
import { JobFailure } from '../../../runner/job-failure.ts'
import { rewriteArgument } from '../../../runner/job-tree.ts'
import type { JobTree } from '../../../runner/job-tree.ts'
import { materialiseS3Input } from '../../../runner/s3-input.ts'
import { listFiles } from '../../../runner/s3-output.ts'
import type { Engine } from '../../../engine.ts'
import type { TrainingRequest } from './record.ts'

/**
 * The command of a training job: `<image> train`, or what `ContainerEntrypoint` and `ContainerArguments` say.
 *
 * A script image without entrypoint runs the hyperparameter `sagemaker_program`, found in the archive
 * `sagemaker_submit_directory` (unpacked to `/opt/ml/code`) or in the channel `code`, with the other hyperparameters as
 * `--name value`, as the SageMaker training toolkit does.
 */
export async function trainingCommand(
  engine: Engine,
  role: Principal,
  tree: JobTree,
  image: Image,
  request: Omit<TrainingRequest, 'Tags'>,
): Promise<string[]> {
  const { ContainerEntrypoint, ContainerArguments } = request.AlgorithmSpecification ?? {}
  const given = [...(ContainerEntrypoint ?? []), ...(ContainerArguments ?? [])]
  if (ContainerEntrypoint?.length) return given.map((part) => rewriteArgument(tree, part))
  if (!image.script) {
    const args = ContainerArguments?.length ? ContainerArguments.map((part) => rewriteArgument(tree, part)) : ['train']
    return [...image.entrypoint, ...args]
  }
  const parameters = Object.entries(request.HyperParameters ?? {})
  const program = unquote(request.HyperParameters?.['sagemaker_program'])
  if (program === undefined) {
    throw new JobFailure(
      'ClientError',
      `the image ${image.repository} runs a script: give AlgorithmSpecification.ContainerEntrypoint or the ` +
        'hyperparameter sagemaker_program',
    )
  }
  const archive = unquote(request.HyperParameters?.['sagemaker_submit_directory'])
  const folder =
    archive === undefined
      ? join(tree.baseDir, 'input', 'data', 'code')
      : await unpackCode(engine, role, join(tree.baseDir, 'code'), archive)
  const args = parameters
    .filter(([name]) => !name.startsWith('sagemaker_') && !name.startsWith('_tuning_'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) => [name.length === 1 ? `-${name}` : `--${name}`, unquote(value) ?? ''])
  return [...image.entrypoint, joinInside(folder, program), ...args]
}

async function unpackCode(engine: Engine, role: Principal, folder: string, uri: string): Promise<string> {
  await materialiseS3Input(engine, role, { uri, dataType: 'S3Prefix', folder, take: 'copy' })
  for (const file of await listFiles(folder)) if (file.name.endsWith('.tar.gz')) await unpackTarGz(file.path, folder)
  return folder
}

/** The SageMaker Python SDK writes string hyperparameters as JSON, quotes included. */
function unquote(value: string | undefined): string | undefined {
  if (value === undefined || !/^".*"$/s.test(value)) return value
  try {
    return String(JSON.parse(value))
  } catch {
    // Not JSON after all: the quotes are part of the value.
    return value
  }
}
