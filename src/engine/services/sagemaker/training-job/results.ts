import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../../../../core/errors.ts'
import { joinS3, parseS3Uri } from '../../../../core/s3-uri.ts'
import type { Principal } from '../../../auth/principal.ts'
import { packTarGz } from '../../../runner/archive.ts'
import { REASON_LENGTH } from '../../../runner/job-failure.ts'
import type { JobTree } from '../../../runner/job-tree.ts'
import { listFiles, putFile, uploadFiles } from '../../../runner/s3-output.ts'
import type { Engine } from '../../../engine.ts'
import type { TrainingJobRecord } from './record.ts'

/**
 * Stores `/opt/ml/model` as `<S3OutputPath>/<job>/output/model.tar.gz` and `/opt/ml/output/data` as `output.tar.gz`
 * beside it; with `CompressionType: NONE` as the folder `model/`.
 *
 * @returns S3 URI of the model, undefined when the job left none
 */
export async function storeResults(
  engine: Engine,
  role: Principal,
  tree: JobTree,
  job: TrainingJobRecord,
): Promise<string | undefined> {
  const { S3OutputPath, CompressionType } = job.request.OutputDataConfig
  const base = joinS3(S3OutputPath, job.name, 'output')
  const store = async (folder: string, name: string): Promise<string | undefined> => {
    const files = await listFiles(join(tree.baseDir, folder))
    if (files.length === 0) return undefined
    if (CompressionType === 'NONE') {
      await uploadFiles(engine, role, files, `${base}/${name}/`, 'link')
      return `${base}/${name}/`
    }
    const archive = join(tree.temporaryDir, `${name}.tar.gz`)
    await packTarGz(join(tree.baseDir, folder), archive)
    const { bucket, key } = parseS3Uri(`${base}/${name}.tar.gz`)
    await putFile(engine, role, bucket, key, archive, 'link')
    return `${base}/${name}.tar.gz`
  }
  await store('output/data', 'output')
  return store('model', 'model')
}

/** What the job says about its failure in `/opt/ml/output/failure`. */
export async function readFailure(tree: JobTree): Promise<string | undefined> {
  try {
    return (await readFile(join(tree.baseDir, 'output', 'failure'), 'utf8')).slice(0, REASON_LENGTH)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
