import { parse, stringify } from 'yaml'
import { messageOf, SkyloopError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'
import { SPLITS, type Split } from './splits.ts'

/** What `data.yaml` says, as far as it says it. */
export interface DataYaml {
  readonly names: readonly string[] | undefined
  /** Folder that the splits' paths are relative to; the file's own by default. */
  readonly path: string | undefined
  /** Folders of images or `.txt` files that list images, one or several a split. */
  readonly splits: Readonly<Partial<Record<Split, readonly string[]>>>
}

/**
 * Reads the `data.yaml` of YOLO trainers.
 *
 * `names` may be a list or a map from number to name. `nc`, where it stands, must agree with them.
 *
 * @throws SkyloopError `data.classes` or `data.yaml` naming what cannot be used
 * @source the key names as YOLO trainers document them: path, train, val, test, names, nc
 */
export function parseDataSetYaml(text: string): DataYaml {
  let value: unknown
  try {
    value = parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw problem('data.yaml', `data.yaml cannot be read: ${messageOf(error)}`)
  }
  if (!isObject(value)) return { names: undefined, path: undefined, splits: {} }
  const names = readNames(value['names'])
  const count = value['nc']
  if (names && typeof count === 'number' && count !== names.length) {
    throw problem('data.classes', `data.yaml names ${names.length} classes, but nc is ${count}`)
  }
  const path = value['path']
  if (path !== undefined && path !== null && typeof path !== 'string') {
    throw problem('data.yaml', 'path in data.yaml is not a text')
  }
  const splits: Partial<Record<Split, readonly string[]>> = {}
  for (const split of SPLITS) {
    const given = value[split] ?? (split === 'val' ? value['valid'] : undefined)
    if (given === undefined || given === null || given === '') continue
    const paths: unknown[] = Array.isArray(given) ? given : [given]
    if (!paths.every((one) => typeof one === 'string')) {
      throw problem('data.yaml', `${split} in data.yaml is neither a path nor a list of paths`)
    }
    splits[split] = paths as string[]
  }
  return { names, path: path ?? undefined, splits }
}

function readNames(names: unknown): string[] | undefined {
  if (names === undefined || names === null) return undefined
  if (Array.isArray(names)) return names.map(String)
  if (!isObject(names)) throw problem('data.classes', 'names in data.yaml is neither a list nor a map')
  const out: string[] = []
  for (const [key, name] of Object.entries(names)) {
    const id = Number(key)
    if (!Number.isInteger(id) || id < 0 || id > 9999) {
      throw problem('data.classes', `names in data.yaml has the number "${key}"`)
    }
    out[id] = String(name)
  }
  const missing = Array.from(out, (name) => name === undefined).indexOf(true)
  if (missing >= 0) throw problem('data.classes', `names in data.yaml leaves out number ${missing}`)
  return out
}

/**
 * `data.yaml` as YOLO trainers read it. It names no `path`: its folders then lie beside it, wherever it is, while `path: .` means
 * the working folder to Ultralytics 8.4.
 *
 * @param splits image folders relative to the file; only those that are there: no split is made up from another
 */
export function formatDataYaml(splits: Readonly<Partial<Record<Split, string>>>, classes: readonly string[]): string {
  return stringify({
    ...Object.fromEntries(SPLITS.flatMap((split) => (splits[split] === undefined ? [] : [[split, splits[split]]]))),
    // A map keeps the class numbers numbers.
    names: new Map(classes.map((name, id) => [id, name])),
  })
}

function problem(code: string, message: string): SkyloopError {
  return new SkyloopError({ code, message })
}
