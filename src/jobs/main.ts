import { messageOf } from '../core/errors.ts'
import { endWithParent } from './end-with-parent.ts'

/** A job's entry point: its arguments after the program's name in, the process's exit code out. */
interface Program {
  run(args: string[]): Promise<number>
}

/** The programs of the `skyloop` image, each loaded only when it is asked for. */
const PROGRAMS = {
  profile: () => import('./profile.ts'),
  preprocess: () => import('./preprocess.ts'),
  validate: () => import('./validate.ts'),
  train: () => import('./train.ts'),
  evaluate: () => import('./evaluate.ts'),
  serve: () => import('./serve.ts'),
  monitor: () => import('./monitor.ts'),
  baseline: () => import('./baseline.ts'),
  deploy: () => import('./deploy.ts'),
} satisfies Record<string, () => Promise<Program>>

async function main(args: string[]): Promise<number> {
  const [name = '', ...rest] = args
  if (!Object.hasOwn(PROGRAMS, name)) {
    console.error(`no program "${name}"; this image has ${Object.keys(PROGRAMS).join(', ')}`)
    return 64
  }
  const program: Program = await PROGRAMS[name as keyof typeof PROGRAMS]()
  return program.run(rest)
}

endWithParent(process.env)
try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}
