import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseArgument, type ScriptArgument } from './script-argument.ts'
import { SCRIPT_KINDS, scriptTemplateManager, type ScriptLanguage } from './script-template-manager.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const ARGUMENTS: readonly ScriptArgument[] = [
  { name: 'image-size', type: 'integer', default: 640, description: 'Side */ in "pixels",\n100 % of it' },
  { name: 'mode', type: 'text', choices: ["it's", 'b'], default: 'b' },
  { name: 'data', type: 'text' },
  { name: 'rate', type: 'number', default: 0.5 },
  { name: 'verbose', type: 'flag' },
]
const ENDING: Readonly<Record<ScriptLanguage, string>> = { typescript: 'mts', python: 'py' }
const COMMAND: Readonly<Record<ScriptLanguage, string>> = { typescript: process.execPath, python: 'python3' }
const hasPython = spawnSync('python3', ['--version']).status === 0
const LANGUAGES = (['typescript', 'python'] as const).filter((language) => language === 'typescript' || hasPython)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skyloop-templates-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What the logic of each language says to hand its arguments back as the exit message. */
const ECHO: Readonly<Record<ScriptLanguage, string>> = {
  typescript: `
    import { sep } from 'node:path'
    metric('depth', basePath.split(sep).length > 1 ? 1 : 0)
    return JSON.stringify([args.imageSize, args.mode, args.data, args.rate, args.verbose])`,
  python: `
    metric("depth", 1 if os.sep in base_path else 0)
    return json.dumps([args.image_size, args.mode, args.data, args.rate, args.verbose], separators=(",", ":"))`,
}

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly message: string
  readonly failure: string | undefined
}

let count = 0
/** Runs a script as a job does: a process with a tree of its own. */
async function runScript(
  language: ScriptLanguage,
  script: string,
  args: readonly string[],
  hyperparameters?: object,
): Promise<Ran> {
  const base = join(folder, `run-${count++}`)
  await mkdir(join(base, 'input', 'config'), { recursive: true })
  if (hyperparameters) {
    await writeFile(join(base, 'input', 'config', 'hyperparameters.json'), JSON.stringify(hyperparameters))
  }
  const file = join(base, `step.${ENDING[language]}`)
  await writeFile(file, script)
  const child = spawn(COMMAND[language], [file, ...args], {
    env: { PATH: process.env['PATH'], SAGEMAKER_BASE_DIR: base },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.resume()
  const [code] = (await once(child, 'close')) as [number | null]
  const read = (name: string) => readFile(join(base, 'output', name), 'utf8').catch(() => undefined)
  return { code, out, message: (await read('message')) ?? '', failure: await read('failure') }
}

test('every TypeScript script type-checks strictly, with and without arguments', async () => {
  for (const kind of SCRIPT_KINDS) {
    await writeFile(join(folder, `${kind}.mts`), await scriptTemplateManager.generate(kind))
    const full = await scriptTemplateManager.generate(kind, { arguments: ARGUMENTS, title: 'x\n */ y' })
    await writeFile(join(folder, `${kind}-full.mts`), full)
  }
  const files = SCRIPT_KINDS.flatMap((kind) => [join(folder, `${kind}.mts`), join(folder, `${kind}-full.mts`)])
  const options =
    '--noEmit --strict --noUncheckedIndexedAccess --erasableSyntaxOnly --target esnext --module nodenext --types node'
  const types = ['--typeRoots', join(ROOT, 'node_modules', '@types')]
  const program = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const checked = spawnSync(process.execPath, [program, ...options.split(' '), ...types, ...files], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(checked.stdout + checked.stderr).toBe('')
  expect(checked.status).toBe(0)
})

test.skipIf(!hasPython)('every Python script compiles', async () => {
  const files: string[] = []
  for (const kind of SCRIPT_KINDS) {
    for (const args of [[], ARGUMENTS]) {
      files.push(join(folder, `${kind}-${args.length}.py`))
      const options = { language: 'python', arguments: args, title: 'x\nimport y' } as const
      await writeFile(files.at(-1) as string, await scriptTemplateManager.generate(kind, options))
    }
  }
  const compiled = spawnSync('python3', ['-m', 'py_compile', ...files], { encoding: 'utf8' })
  expect([compiled.stderr, compiled.status]).toEqual(['', 0])
})

describe.each(LANGUAGES)('a %s script', (language) => {
  const echo = () =>
    scriptTemplateManager.generateCustomScript({ language, arguments: ARGUMENTS, logic: ECHO[language] })

  test('takes arguments with their defaults and prints metric lines', async () => {
    const ran = await runScript(language, await echo(), ['--data', 'here', '--image-size', '320', '--verbose'])
    expect(ran).toEqual({ code: 0, out: 'depth=1\n', message: '[320,"b","here",0.5,true]', failure: undefined })
  })

  test("takes hyperparameters, texts quoted or not, under the command line's; the platform's own are left out", async () => {
    const given = { data: '"quoted"', mode: "it's", rate: '2', sagemaker_program: 'x', _tuning_objective_metric: 'y' }
    const ran = await runScript(language, await echo(), ['--rate=-0.25'], given)
    expect([ran.code, ran.message]).toEqual([0, '[640,"it\'s","quoted",-0.25,false]'])
  })

  test.each([
    [[], 'data'],
    [['--data', 'x', '--mode', 'c'], 'mode'],
    [['--data', 'x', '--image-size', '1.5'], 'image-size'],
    [['--data', 'x', '--rate', 'nan'], 'rate'],
    [['--data', 'x', '--colour', 'red'], '--colour'],
  ])('refuses %j in one sentence, in both files, with exit code 1', async (args, named) => {
    const { code, failure, message } = await runScript(language, await echo(), args)
    expect([code, message]).toEqual([1, failure])
    expect(failure).toContain(named)
    expect(failure?.includes('\n')).toBe(false)
  })

  test('without logic fails by name, and what its logic throws becomes the failure, cut to what platforms keep', async () => {
    const bare = await runScript(language, await scriptTemplateManager.generateTrainingScript({ language }), [])
    expect([bare.code, bare.failure]).toEqual([1, 'the logic of this step is not written yet'])
    const logic = language === 'typescript' ? `throw new Error('y'.repeat(2000))` : `raise ValueError("y" * 2000)`
    const failing = await runScript(language, await scriptTemplateManager.generateCustomScript({ language, logic }), [])
    expect([failing.code, failing.failure]).toEqual([1, 'y'.repeat(960)])
  })

  test('for evaluation refuses a metric that is no number', async () => {
    const logic = language === 'typescript' ? 'return { map50: Number.NaN }' : 'return {"map50": float("nan")}'
    const ran = await runScript(language, await scriptTemplateManager.generateEvaluationScript({ language, logic }), [])
    expect([ran.code, ran.failure?.toLowerCase()]).toEqual([1, 'the metric "map50" is nan, not a number'])
  })

  test('for inference answers, tells the client of its own fault with 400, of ours with 500, and ends when told', async () => {
    const [load, logic] =
      language === 'typescript'
        ? [
            'return { factor: 2 }',
            `const n = Number(body.toString())
             if (Number.isNaN(n)) throw new StepError('not a number')
             if (n === 13) throw new Error('bad luck')
             return { value: n * model.factor, contentType }`,
          ]
        : [
            'return {"factor": 2}',
            `try:
    n = float(body)
except ValueError:
    raise StepError("not a number")
if n == 13:
    raise RuntimeError("bad luck")
return {"value": n * model["factor"], "contentType": content_type}`,
          ]
    const script = await scriptTemplateManager.generateInferenceScript({ language, load, logic })
    const base = join(folder, `serve-${language}`)
    await mkdir(base, { recursive: true })
    const file = join(base, `serve.${ENDING[language]}`)
    await writeFile(file, script)
    const port = String(20_000 + (process.pid % 20_000) + (language === 'python' ? 1 : 0))
    const child = spawn(COMMAND[language], [file], {
      env: { PATH: process.env['PATH'], SAGEMAKER_BASE_DIR: base, SAGEMAKER_BIND_TO_PORT: port },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await once(child.stdout, 'data')
    const post = async (body: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}/invocations`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'text/csv' },
      })
      return [answer.status, await answer.json()]
    }
    expect((await fetch(`http://127.0.0.1:${port}/ping`)).status).toBe(200)
    expect(await post('21')).toEqual([200, { value: 42, contentType: 'text/csv' }])
    expect(await post('x')).toEqual([400, { error: { message: 'not a number' } }])
    expect(await post('13')).toEqual([500, { error: { message: 'bad luck' } }])
    child.kill('SIGTERM')
    expect(await once(child, 'close')).toEqual([0, null])
    expect(await readFile(join(base, 'output', 'message'), 'utf8')).toBe('served until it was stopped')
  })
})

test('placeholders in what is put in stay as they are, and TypeScript imports move to the top', async () => {
  const script = await scriptTemplateManager.generateCustomScript({
    logic: "import { cpus } from 'node:os'\nreturn `{{logic}} ${cpus().length > 0}`",
  })
  expect(script).toContain('  return `{{logic}} ${cpus().length > 0}`')
  expect(script.indexOf("import { cpus } from 'node:os'")).toBeLessThan(script.indexOf('const baseDir'))
})

describe('arguments', () => {
  test.each([
    ['image-size:integer=640', { name: 'image-size', type: 'integer', default: 640 }],
    ['rate:number=1e-3', { name: 'rate', type: 'number', default: 0.001 }],
    ['mode:text=a|b', { name: 'mode', type: 'text', default: 'a', choices: ['a', 'b'] }],
    ['data', { name: 'data', type: 'text' }],
    ['verbose:flag', { name: 'verbose', type: 'flag' }],
  ])('%s is read', (text, expected) => {
    expect(parseArgument(text)).toEqual(expected)
  })

  test.each([
    ['Image:integer', 'is no name'],
    ['a:integer=1.5', 'its default 1.5 is not'],
    ['a:number=', 'its default NaN is not'],
    ['a:colour', 'has the type "colour"'],
    ['a:flag=true', 'has a default'],
    ['import', 'has a meaning of its own'],
  ])('%s is refused', (text, message) => {
    expect(() => parseArgument(text)).toThrow(message)
  })

  test('that stand twice are refused, all problems together', async () => {
    const args = [
      { name: 'a', type: 'text' } as const,
      { name: 'a', type: 'text' } as const,
      { name: 'B', type: 'text' } as const,
    ]
    await expect(scriptTemplateManager.generate('custom', { arguments: args })).rejects.toMatchObject({
      code: 'pipeline.script-arguments',
      problems: ['"a" stands twice', '"B" is no name: lower case words with dashes, e.g. image-size'],
    })
  })
})
