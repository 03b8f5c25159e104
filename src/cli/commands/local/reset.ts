import { readdir, rm } from 'node:fs/promises'
import { defineCommand } from '../../command.ts'
import { stopEngine } from '../../engine/control.ts'
import { UsageError } from '../../failure.ts'
import { codeOf, SkyloopError } from '../../../core/errors.ts'

interface Options {
  readonly yes?: boolean
}

/** What an engine's home holds; a folder with none of it is not ours to delete. */
const TRACES = ['aws', 'engine.json', 'engine.log', 'blobs', 'jobs']

export const reset = defineCommand<Options>({
  name: 'reset',
  summary: 'stop the local engine and delete everything it holds',
  description: 'Stops the local engine and deletes its state folder: objects, models, executions, logs and keys.',
  options: [{ flags: '--yes', description: 'really delete' }],
  examples: [['local reset --yes', 'start over with nothing']],
  run: async (context, options) => {
    const { home } = context.environment
    if (!options.yes) {
      throw new UsageError({
        code: 'cli.confirm',
        message: `this deletes ${home} and everything in it`,
        hint: 'add --yes if you mean it',
      })
    }
    const entries = await listFolder(home)
    if (entries !== undefined && entries.length > 0 && !entries.some((name) => TRACES.includes(name))) {
      throw new SkyloopError({
        code: 'cli.not-a-home',
        message: `${home} does not look like a state folder of skyloop; it is left alone`,
        hint: 'check $SKYLOOP_HOME',
      })
    }
    const stopped = await stopEngine(home)
    const task = context.report.task(`deleting ${home}`)
    await rm(home, { recursive: true, force: true })
    task.done()
    return { value: { home, existed: entries !== undefined, stopped: stopped !== undefined }, text: '' }
  },
})

async function listFolder(path: string): Promise<string[] | undefined> {
  try {
    return await readdir(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
