import { join } from 'node:path'
import { joinInside } from '../../../../core/files.ts'
import { parseS3Uri } from '../../../../core/s3-uri.ts'
import type { Principal } from '../../../auth/principal.ts'
import { unpackTarGz } from '../../../runner/archive.ts'
import type { Image } from '../../../runner/images.ts'
import { JobFailure } from '../../../runner/job-failure.ts'
import { rewriteArgument } from '../../../runner/job-tree.ts'
import type { JobTree } from '../../../runner/job-tree.ts'
import { materialiseS3Input } from '../../../runner/s3-input.ts'
import type { Engine } from '../../../engine.ts'
import { models } from '../model/record.ts'
import { findModelPackage } from '../model-package/record.ts'

/** What serves one variant. */
export interface ServingContainer {
  readonly image: string
  readonly roleArn: string
  readonly environment: Readonly<Record<string, string>>
  /** S3 URI of an archive (`.tar.gz`) or of a folder; undefined: the image needs none. */
  readonly modelUri: string | undefined
}

/** @throws JobFailure when the model or its package is gone; approval was checked when the model was made */
export function servingContainer(engine: Engine, modelName: string): ServingContainer {
  const model = models(engine).get(modelName)
  if (!model) throw new JobFailure('ClientError', `the model "${modelName}" does not exist`)
  const own = model.request.PrimaryContainer ?? model.request.Containers?.[0] ?? {}
  const base = {
    roleArn: model.request.ExecutionRoleArn ?? '',
    environment: { ...own.Environment },
    image: own.Image ?? '',
    modelUri: own.ModelDataUrl ?? own.ModelDataSource?.S3DataSource?.S3Uri,
  }
  if (own.ModelPackageName === undefined) return base
  const item = findModelPackage(engine, own.ModelPackageName)
  const packaged = item?.request.InferenceSpecification?.Containers?.[0]
  if (!item || !packaged?.Image) {
    throw new JobFailure('ClientError', `the model package ${own.ModelPackageName} has no container to serve`)
  }
  return {
    ...base,
    image: packaged.Image,
    environment: { ...packaged.Environment, ...own.Environment },
    modelUri: packaged.ModelDataUrl ?? packaged.ModelDataSource?.S3DataSource?.S3Uri,
  }
}

/** Puts the model into `/opt/ml/model`: an archive is unpacked, a folder is linked. */
export async function placeModel(
  engine: Engine,
  role: Principal,
  tree: JobTree,
  modelUri: string | undefined,
): Promise<void> {
  if (modelUri === undefined) return
  const folder = join(tree.baseDir, 'model')
  if (!modelUri.endsWith('.tar.gz')) {
    await materialiseS3Input(engine, role, { uri: modelUri, dataType: 'S3Prefix', folder, take: 'link' })
    return
  }
  const { bucket, key } = parseS3Uri(modelUri)
  engine.authorize(role, [{ action: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/${key}` }])
  const archive = engine.objects.head(bucket, key)
  if (!archive) throw new JobFailure('ClientError', `Could not find model data at ${modelUri}`)
  await unpackTarGz(archive.blobPath, folder)
}

/**
 * `<image> serve`. A script image runs `SAGEMAKER_PROGRAM` in `SAGEMAKER_SUBMIT_DIRECTORY` (default
 * `/opt/ml/model/code`), as the SageMaker inference toolkit does.
 */
export function servingCommand(tree: JobTree, image: Image, environment: Readonly<Record<string, string>>): string[] {
  if (!image.script) return [...image.entrypoint, 'serve']
  const program = environment['SAGEMAKER_PROGRAM']
  if (program === undefined) {
    throw new JobFailure('ClientError', `the image ${image.repository} runs a script: give SAGEMAKER_PROGRAM`)
  }
  const folder = rewriteArgument(tree, environment['SAGEMAKER_SUBMIT_DIRECTORY'] ?? '/opt/ml/model/code')
  return [...image.entrypoint, joinInside(folder, program), 'serve']
}
