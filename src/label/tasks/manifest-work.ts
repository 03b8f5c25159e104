import { SkyloopError } from '../../core/errors.ts'
import { canonicalJson, isObject } from '../../core/json.ts'
import type { S3Folder } from './s3-folder.ts'

/** What is to be done with a manifest; the same for every server that works on it. */
export interface ManifestWork {
  /** `s3://bucket/key` of the input manifest */
  readonly manifest: string
  readonly title: string
  readonly instructions: string
  readonly labels: readonly string[]
  readonly workersPerObject: number
  readonly taskTimeLimitS: number
  /** Name of the label in the output manifest. */
  readonly attribute: string
  /** An attribute of the input whose boxes are shown to be corrected. */
  readonly adjusts?: string
}

const FILE = 'labelling.json'

/**
 * Opens the work kept in a folder, or begins it there.
 *
 * @param given undefined to go on with what is there
 * @throws SkyloopError `label.other-work` when other work is there; `label.no-work` when there is none and none is given
 */
export async function openWork(folder: S3Folder, given: ManifestWork | undefined): Promise<ManifestWork> {
  if (given !== undefined && (await folder.write(FILE, given, { absent: true })) !== undefined) return given
  const found = readWork((await folder.read(FILE))?.value)
  if (found === undefined) {
    throw new SkyloopError({
      code: 'label.no-work',
      message: `${folder.uri} holds no labelling work`,
      hint: 'name the labels with --labels to begin it',
    })
  }
  if (given === undefined || canonicalJson(found) === canonicalJson(given)) return found
  const names = Object.keys({ ...found, ...given }) as (keyof ManifestWork)[]
  const differing = names.filter((name) => canonicalJson(found[name] ?? null) !== canonicalJson(given[name] ?? null))
  const told = differing.map((name) => `${name} is ${JSON.stringify(found[name])}, not ${JSON.stringify(given[name])}`)
  throw new SkyloopError({
    code: 'label.other-work',
    message: `${folder.uri} holds other work: ${told.join('; ')}`,
    hint: 'leave these options out to go on with it, or give another --out',
  })
}

function readWork(value: unknown): ManifestWork | undefined {
  if (!isObject(value)) return undefined
  const { manifest, title, instructions, labels, workersPerObject, taskTimeLimitS, attribute, adjusts } = value
  if (![manifest, title, instructions, attribute].every((text) => typeof text === 'string')) return undefined
  if (!Array.isArray(labels) || !labels.every((label) => typeof label === 'string')) return undefined
  if (!Number.isSafeInteger(workersPerObject) || !Number.isSafeInteger(taskTimeLimitS)) return undefined
  return {
    manifest: manifest as string,
    title: title as string,
    instructions: instructions as string,
    labels: labels as string[],
    workersPerObject: workersPerObject as number,
    taskTimeLimitS: taskTimeLimitS as number,
    attribute: attribute as string,
    ...(typeof adjusts === 'string' ? { adjusts } : {}),
  }
}
