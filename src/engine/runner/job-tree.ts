import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { joinInside } from '../../core/files.ts'
import { JobFailure } from './job-failure.ts'

/** The folders of one job: what a container would see as `/opt/ml`, plus a home and a place for temporary files. */
export interface JobTree {
  readonly root: string
  /** Stands for `/opt/ml`; the job finds it in `SAGEMAKER_BASE_DIR`. */
  readonly baseDir: string
  readonly homeDir: string
  readonly temporaryDir: string
}

/** @param jobId one path segment, e.g. `training-x` */
export function jobTree(engineHome: string, jobId: string): JobTree {
  const root = joinInside(join(engineHome, 'jobs'), jobId)
  return {
    root,
    baseDir: join(root, 'opt-ml'),
    homeDir: join(root, 'home'),
    temporaryDir: join(root, 'tmp'),
  }
}

/** Empties the tree but for the named folders under `/opt/ml`, then makes the ones that every job finds. */
export async function resetJobTree(tree: JobTree, keep: readonly string[] = []): Promise<void> {
  if (keep.length === 0) await rm(tree.root, { recursive: true, force: true })
  else {
    for (const folder of ['input', 'config', 'processing', 'model', 'output', 'code', 'checkpoints']) {
      if (!keep.includes(folder)) await rm(join(tree.baseDir, folder), { recursive: true, force: true })
    }
    await rm(tree.temporaryDir, { recursive: true, force: true })
  }
  for (const folder of [tree.homeDir, tree.temporaryDir, join(tree.baseDir, 'output')]) {
    await mkdir(folder, { recursive: true })
  }
}

/**
 * Where a path of the container contract lies in the job's tree.
 *
 * @throws JobFailure when the path is outside `/opt/ml`
 */
export function containerPath(tree: JobTree, path: string): string {
  const inside = /^\/opt\/ml(?:\/(.*))?$/s.exec(path)
  if (!inside) throw new JobFailure('ClientError', `the path "${path}" is not under /opt/ml`)
  return joinInside(tree.baseDir, inside[1] ?? '')
}

/** Rewrites an argument that is a path under `/opt/ml`, also as `--name=/opt/ml/...`; any other is left as it is. */
export function rewriteArgument(tree: JobTree, argument: string): string {
  return argument.replace(/^(-{1,2}[^=\s]+=)?\/opt\/ml(?=\/|$)/, (_match, flag: string | undefined) =>
    [flag ?? '', tree.baseDir].join(''),
  )
}

/** Writes a configuration file of the tree; nothing outlives the job, so nothing is made durable. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`)
}
