import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeJsonAtomic } from '../../core/files.ts'
import { isObject, parseJson } from '../../core/json.ts'
import type { Host } from './host.ts'
import { JobFailure } from './job-failure.ts'

/** What a container image would carry: the command that its arguments are appended to. */
export interface Image {
  readonly repository: string
  /** The image's `ENTRYPOINT`, see {@link placesOf}. */
  readonly entrypoint: readonly string[]
  /**
   * The image serves and trains with a user's script: with no entrypoint in the request, `SAGEMAKER_PROGRAM` (or the
   * hyperparameter `sagemaker_program`) under the code folder is run.
   */
  readonly script: boolean
}

/** Resolves image URIs to commands on this machine. */
export interface ImageRegistry {
  /** @throws JobFailure naming the image when it is not registered, or needs a Python and none is configured */
  resolve(uri: string): Image
}

const DEFAULTS: Readonly<Record<string, { entrypoint: readonly string[]; script: boolean }>> = {
  skyloop: { entrypoint: ['{node}', '{skyloop-jobs}'], script: false },
  'skyloop-node': { entrypoint: ['{node}'], script: true },
  'skyloop-python': { entrypoint: ['python3'], script: true },
  'skyloop-ultralytics': { entrypoint: ['{python}', '{containers}/ultralytics/train.py'], script: false },
}

/** `jobs/main.ts` beside the engine in the source tree, `jobs/main.js` in the built package. */
const JOBS_MAIN = fileURLToPath(new URL(`../../jobs/main${import.meta.url.slice(-3)}`, import.meta.url))

/** Programs of images other than `skyloop`, beside `src` in the source tree and `dist` in the built package. */
const CONTAINERS = fileURLToPath(new URL('../../../containers', import.meta.url))

/** What `{name}` in an entrypoint stands for: paths of this installation and this machine. */
function placesOf(host: Host, uri: string): Readonly<Record<string, () => string>> {
  return {
    node: () => host.nodePath,
    'skyloop-jobs': () => JOBS_MAIN,
    containers: () => CONTAINERS,
    python: () => {
      if (host.pythonPath !== undefined) return host.pythonPath
      throw new JobFailure(
        'ClientError',
        `Image ${uri} needs a Python of yours: start the engine with SKYLOOP_PYTHON=/path/to/python; ` +
          'what must be installed there is in containers/ultralytics/README.md',
      )
    },
  }
}

/**
 * Repositories known to this engine, from `<home>/images.json`:
 * `{"<repository>": {"entrypoint": ["program", "argument"], "script": false}}`. Read anew at each use, so that an image
 * can be added while the engine runs; written with the defaults when there is none. A default that it lacks still holds.
 */
export async function openImageRegistry(home: string, host: Host): Promise<ImageRegistry> {
  const path = join(home, 'images.json')
  if (!existsSync(path)) await writeJsonAtomic(path, DEFAULTS)
  return {
    resolve: (uri) => {
      const repository = repositoryOf(uri)
      const images = parseJson(readFileSync(path, 'utf8'), path)
      const known = { ...DEFAULTS, ...(isObject(images) ? images : {}) }
      const entry = Object.hasOwn(known, repository) ? known[repository as keyof typeof known] : undefined
      if (!isObject(entry) || !Array.isArray(entry['entrypoint'])) {
        const names = Object.keys(known).sort().join(', ')
        throw new JobFailure(
          'ClientError',
          `Cannot find image ${uri}: repository "${repository}" is not in ${path}, which has ${names}`,
        )
      }
      const places = placesOf(host, uri)
      const place = (part: string): string =>
        part.replaceAll(/\{([\w-]+)\}/g, (text, name: string) => (Object.hasOwn(places, name) ? places[name]!() : text))
      return {
        repository,
        entrypoint: entry['entrypoint'].filter((part) => typeof part === 'string').map(place),
        script: entry['script'] === true,
      }
    },
  }
}

/** `000000000000.dkr.ecr.us-east-1.amazonaws.com/skyloop:latest` is repository `skyloop`. */
function repositoryOf(uri: string): string {
  const withoutDigest = uri.split('@')[0] ?? ''
  const withoutTag = withoutDigest.replace(/:[\w][\w.-]*$/, '')
  const [first, ...rest] = withoutTag.split('/')
  const isHost = rest.length > 0 && /[.:]/.test(first ?? '')
  return isHost ? rest.join('/') : withoutTag
}
