import { readdir, rm } from 'node:fs/promises'
import { codeOf, SkyloopError } from '../../core/errors.ts'
import { stopEngine } from './control.ts'

/** What an engine's home holds; a folder with none of it is not ours to delete. */
const TRACES = ['aws', 'engine.json', 'engine.log', 'blobs', 'jobs']

/**
 * Stops the engine of a home and deletes the home.
 *
 * @throws SkyloopError `cli.not-a-home`, and deletes nothing, when the folder holds something else
 */
export async function resetHome(home: string): Promise<{ readonly existed: boolean; readonly stopped: boolean }> {
  const entries = await listFolder(home)
  if (entries !== undefined && entries.length > 0 && !entries.some((name) => TRACES.includes(name))) {
    throw new SkyloopError({
      code: 'cli.not-a-home',
      message: `${home} does not look like a state folder of skyloop; it is left alone`,
      hint: 'check $SKYLOOP_HOME',
    })
  }
  const stopped = await stopEngine(home)
  await rm(home, { recursive: true, force: true })
  return { existed: entries !== undefined, stopped: stopped !== undefined }
}

async function listFolder(path: string): Promise<string[] | undefined> {
  try {
    return await readdir(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
